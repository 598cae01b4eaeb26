using PromptCanvas.Data.Access;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Instant;

/// <inheritdoc/>
internal sealed class UploadCaptions(IUploadQueries uploads, StoredPictures pictures, PictureCaptions captions, IEngineProvider engines) : IUploadCaptions
{
    public async Task<string?> CaptionAsync(Actor actor, Guid uploadId, string? model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!engines.RunsHere || await uploads.OpenAsync(actor, uploadId, cancellationToken) is not { } content)
        {
            return null;
        }

        await using var stream = content.Stream;
        var encoded = new byte[content.Length];
        await stream.ReadExactlyAsync(encoded, cancellationToken);
        try
        {
            var name = model ?? engines.DefaultModel;
            var engine = engines.Get(name);
            var picture = await pictures.DecodeAsync(actor.PersonId, () => PictureDecoder.Decode(encoded), cancellationToken);
            var input = new ImageInput(new SourcePicture(picture.Width, picture.Height, picture.Bytes));
            if (engines.EmbedderOf(engine, input) is not { } embedder)
            {
                return null;
            }

            var embedding = (await embedder.EmbedAsync([input], cancellationToken))[0];
            return await captions.DescribeAsync(engine, name, embedding, count: 1, cancellationToken) is [var best, ..] ? best.Caption : null;
        }
        catch (ModelException)
        {
            // The job reports the model's fault.
            return null;
        }
    }
}
