using Microsoft.Extensions.Options;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Generation.Worker;

/// <summary>Encodes finished pictures with their provenance.</summary>
internal sealed class PictureFiles(PictureSigning signing, IOptionsMonitor<ProvenanceOptions> provenance, TimeProvider clock)
{
    /// <param name="transparent">The same picture with its transparency; null if it has none.</param>
    /// <param name="text">How the picture was made.</param>
    /// <returns>A PNG. Not the same bytes each time if pictures are signed.</returns>
    public async Task<byte[]> EncodeAsync(Job job, RgbImage picture, RgbaImage? transparent, PictureText text, CancellationToken cancellationToken)
    {
        var png = (transparent, provenance.CurrentValue.Embed) switch
        {
            (null, true) => PngEncoder.Encode(picture, text),
            (null, false) => PngEncoder.Encode(picture),
            (_, true) => PngEncoder.Encode(transparent, text),
            (_, false) => PngEncoder.Encode(transparent),
        };
        return await signing.SignNewAsync(png, job, OperationDefinitions.PictureKindOf(job.Kind), text, clock.GetUtcNow(), cancellationToken);
    }
}
