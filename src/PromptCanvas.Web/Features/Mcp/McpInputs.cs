using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Library;

namespace PromptCanvas.Web.Features.Mcp;

/// <summary>The picture arguments of tools: ids, resource URIs, or files in base64.</summary>
internal sealed class McpInputs(IUploads uploads)
{
    private const string Marker = ";base64,";

    /// <summary>The id of a picture or upload; a file is uploaded first.</summary>
    /// <param name="notes">Receives what the person should know about the file.</param>
    public async Task<Result<Guid>> IdOfAsync(Actor actor, string image, ICollection<string> notes, CancellationToken cancellationToken)
    {
        var text = image.Trim();
        var name = text.StartsWith(McpPictures.Scheme, StringComparison.Ordinal) ? text[McpPictures.Scheme.Length..] : text;
        if (Guid.TryParse(name, out var id))
        {
            return id;
        }

        var start = text.IndexOf(Marker, StringComparison.OrdinalIgnoreCase);
        var encoded = start < 0 ? text : text[(start + Marker.Length)..];
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length) || length == 0)
        {
            return new InvalidInput("image", "Give a picture as the id of a picture of this studio, as its resource address, or as a PNG, JPEG, WebP or AVIF in base64.");
        }

        using var content = new MemoryStream(bytes, 0, length);
        if (!(await uploads.AddAsync(actor, content, cancellationToken)).TryGet(out var upload, out var refusal))
        {
            return refusal;
        }

        if (upload.Note is { } note && !notes.Contains(note))
        {
            notes.Add(note);
        }

        return upload.Id;
    }
}
