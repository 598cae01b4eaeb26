using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>Looks at what is known of a picture with the model's image encoder.</summary>
internal sealed class KnownPictureEncoder(UnClipModel model)
{
    /// <summary>The CLIP image embedding of a known region whose hole is closed smoothly.</summary>
    /// <returns>E values, not normalised.</returns>
    public float[] Embed(KnownRegion region, CancellationToken cancellationToken)
    {
        var side = model.ImageSettings.Size;
        var pixels = new ClipImagePreprocessor(model.ImageSettings).Process(region.Side, region.Side, region.Picture.ToRgbBytes());
        return model.ImageEncoder!.Run(
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.PixelValues] = NetworkTensor.Float32(pixels, 1, SignedImage.Channels, side, side),
            },
            cancellationToken)[NetworkNames.ImageEmbeds].FloatRow(0).ToArray();
    }
}
