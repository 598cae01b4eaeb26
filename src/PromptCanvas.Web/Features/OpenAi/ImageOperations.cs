using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Instant;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Turns a request and its pictures into the operation of a job.</summary>
internal sealed class ImageOperations(ISquareUploads uploads, IUploadCaptions captions)
{
    /// <param name="kept">Receives the uploads of the operation, also when it is refused.</param>
    /// <exception cref="OpenAiException">A picture cannot be used.</exception>
    public async Task<JobOperation> ReadAsync(ImageRequest request, Actor actor, List<Guid> kept, CancellationToken cancellationToken)
    {
        if (request.Images.Count == 0)
        {
            return new GenerateOperation(request.Size.Aspect);
        }

        if (request.Kind == JobKinds.Vary)
        {
            return new VaryOperation(await AddAsync(request.Images[0], actor, kept, cancellationToken));
        }

        var edited = Kept(await uploads.AddEditedAsync(actor, request.Images[0], request.Mask, request.Size.MadeSide, cancellationToken));
        kept.Add(edited.Picture);
        if (edited.Mask is not { } mask)
        {
            return await ChangeAsync(request, edited.Picture, actor, kept, cancellationToken);
        }

        kept.Add(mask);
        return request.Images.Count == 1
            ? new EditOperation(edited.Picture, mask)
            : throw new OpenAiException(new OpenAiFault(
                StatusCodes.Status400BadRequest, "Several images can be used without a mask only: the first one is changed, and the others are references.", Param: "image", Code: "array_above_max_length"));
    }

    public Task DropUnusedAsync(Actor actor, IReadOnlyCollection<Guid> kept) => uploads.DropUnusedAsync(actor, kept, CancellationToken.None);

    private static T Kept<T>(Result<T> upload) => upload.TryGet(out var kept, out var refusal) ? kept : throw new OpenAiException(OpenAiFaults.Of(refusal));

    // Without a mask, all of the picture is changed by words.
    private async Task<JobOperation> ChangeAsync(ImageRequest request, Guid picture, Actor actor, List<Guid> kept, CancellationToken cancellationToken)
    {
        var references = new List<Guid>();
        foreach (var image in request.Images.Skip(1))
        {
            references.Add(await AddAsync(image, actor, kept, cancellationToken));
        }

        var prompt = request.Prompt.Trim();
        var caption = prompt.Length > 0 ? await captions.CaptionAsync(actor, picture, request.Model, cancellationToken) : null;
        return new TextDifferenceOperation(picture, caption is null || caption.Trim() == prompt ? "" : caption, prompt)
        {
            StandsAlone = true,
            References = references.Count > 0 ? references : null,
        };
    }

    private async Task<Guid> AddAsync(byte[] image, Actor actor, List<Guid> kept, CancellationToken cancellationToken)
    {
        var picture = Kept(await uploads.AddAsync(actor, image, cancellationToken));
        kept.Add(picture);
        return picture;
    }
}
