using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Requests.Editing;

/// <summary>Number of pixels to add on each side.</summary>
public sealed record Extension(int Left, int Right, int Up, int Down)
{
    /// <summary>No pixels.</summary>
    public static Extension None { get; } = new(0, 0, 0, 0);

    /// <summary>The extension of a picture of this size to an aspect ratio: equal on both sides, so that the picture stays in the middle uncropped.</summary>
    public static Extension To(AspectRatio aspect, int width, int height)
    {
        var wanted = (Width: Rounded((double)height * aspect.Width / aspect.Height), Height: Rounded((double)width * aspect.Height / aspect.Width));
        var (across, upright) = (Math.Max(0, wanted.Width - width), Math.Max(0, wanted.Height - height));
        return across > 0 ? new Extension(across / 2, across - (across / 2), 0, 0) : new Extension(0, 0, upright / 2, upright - (upright / 2));

        static int Rounded(double side) => (int)Math.Round(side, MidpointRounding.AwayFromZero);
    }

    /// <summary>Checks the extension of a picture of this size.</summary>
    public Result Check(int width, int height)
    {
        int[] sides = [Left, Right, Up, Down];
        if (sides.Any(side => side is < 0 or > PictureLimits.MaximumSide))
        {
            return new InvalidInput("extend", $"A side grows by 0 to {PictureLimits.MaximumSide} pixels, not by {sides.First(side => side is < 0 or > PictureLimits.MaximumSide)}.");
        }

        if (sides.Sum() == 0)
        {
            return new InvalidInput("extend", "There is nothing to extend: say by how many pixels to the left, right, up or down.");
        }

        var (newWidth, newHeight) = (width + Left + Right, height + Up + Down);
        return PictureLimits.Accepts(newWidth, newHeight)
            ? Result.Done
            : new InvalidInput("extend", $"The picture would grow to {newWidth} × {newHeight} pixels; at most {PictureLimits.MaximumSide} per side and 40 megapixels are allowed.");
    }
}
