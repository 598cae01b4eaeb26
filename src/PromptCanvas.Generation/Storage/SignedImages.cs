using PromptCanvas.Diffusion.Images;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Storage;

/// <summary>Converts the engine's pictures into those that are stored and shown.</summary>
internal static class SignedImages
{
    public static RgbImage ToRgb(this SignedImage image) => new(image.Width, image.Height, image.ToRgbBytes());
}
