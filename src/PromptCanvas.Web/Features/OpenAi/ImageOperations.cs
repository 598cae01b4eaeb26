using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Instant;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Requests.Operations;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Builds a job's operation from a request and its pictures.</summary>
internal sealed class ImageOperations(ISquareUploads uploads, IUploadCaptions captions)
{
    /// <param name="kept">Receives the uploads of the operation, also when it is refused.</param>
    /// <returns>The operation, or why a picture cannot be used.</returns>
    public async Task<Result<JobOperation>> ReadAsync(ImageRequest request, Actor actor, List<Guid> kept, CancellationToken cancellationToken)
    {
        if (request.Images.Count == 0)
        {
            return new GenerateOperation(request.Size.Aspect);
        }

        if (request.Kind == JobKinds.Vary)
        {
            return (await AddAsync(request.Images[0], actor, kept, cancellationToken)).TryGet(out var source, out var unusable) ? new VaryOperation(source) : unusable;
        }

        if (!(await uploads.AddEditedAsync(actor, request.Images[0], request.Mask, request.Size.MadeSide, cancellationToken)).TryGet(out var edited, out var refusal))
        {
            return refusal;
        }

        kept.Add(edited.Picture);
        if (edited.Mask is not { } mask)
        {
            return await ChangeAsync(request, edited.Picture, actor, kept, cancellationToken);
        }

        kept.Add(mask);
        if (request.Images.Count - 1 > EditOperation.MaximumReferences)
        {
            return new OpenAiFault(
                StatusCodes.Status400BadRequest,
                $"With a mask, at most {EditOperation.MaximumReferences + 1} images can be used: the first one is painted into, and the others are references.",
                Param: "image",
                Code: "array_above_max_length");
        }

        return (await ReferencesAsync(request, actor, kept, cancellationToken)).TryGet(out var references, out var noReference)
            ? new EditOperation(edited.Picture, mask) { References = references.Count > 0 ? references : null }
            : noReference;
    }

    public Task DropUnusedAsync(Actor actor, IReadOnlyCollection<Guid> kept) => uploads.DropUnusedAsync(actor, kept, CancellationToken.None);

    // Without a mask, the text changes the whole picture.
    private async Task<Result<JobOperation>> ChangeAsync(ImageRequest request, Guid picture, Actor actor, List<Guid> kept, CancellationToken cancellationToken)
    {
        if (!(await ReferencesAsync(request, actor, kept, cancellationToken)).TryGet(out var references, out var refusal))
        {
            return refusal;
        }

        var prompt = request.Prompt.Trim();
        var caption = prompt.Length > 0 ? await captions.CaptionAsync(actor, picture, request.Model, cancellationToken) : null;
        return new TextDifferenceOperation(picture, caption is null || caption.Trim() == prompt ? "" : caption, prompt)
        {
            StandsAlone = true,
            References = references.Count > 0 ? references : null,
        };
    }

    /// <summary>The images after the first.</summary>
    private async Task<Result<List<Guid>>> ReferencesAsync(ImageRequest request, Actor actor, List<Guid> kept, CancellationToken cancellationToken)
    {
        var references = new List<Guid>();
        foreach (var image in request.Images.Skip(1))
        {
            if (!(await AddAsync(image, actor, kept, cancellationToken)).TryGet(out var reference, out var refusal))
            {
                return refusal;
            }

            references.Add(reference);
        }

        return references;
    }

    private async Task<Result<Guid>> AddAsync(byte[] image, Actor actor, List<Guid> kept, CancellationToken cancellationToken)
    {
        var added = await uploads.AddAsync(actor, image, cancellationToken);
        if (added.TryGet(out var picture, out _))
        {
            kept.Add(picture);
        }

        return added;
    }
}
