using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>Width and height in pixels.</summary>
/// <param name="Width">W.</param>
/// <param name="Height">H.</param>
internal readonly record struct PictureSize(int Width, int Height)
{
    public static PictureSize Square(int side) => new(side, side);

    /// <summary>The picture a model's last stage gives when asked for a size: square, or for a model of latents of the ratio asked for, both sides multiples of its cell.</summary>
    /// <param name="model">The model.</param>
    /// <param name="madeSide">The longer side it makes.</param>
    /// <param name="aspect">The ratio.</param>
    public static PictureSize Made(UnClipModel model, int madeSide, AspectRatio aspect)
    {
        if (model.Latents is not { SideMultiple: var multiple } || aspect.IsSquare)
        {
            return Square(madeSide);
        }

        var (shorter, longer) = (Math.Min(aspect.Width, aspect.Height), Math.Max(aspect.Width, aspect.Height));
        var cells = (double)madeSide * shorter / longer / multiple;
        var side = Math.Max(1, (int)Math.Round(cells, MidpointRounding.AwayFromZero)) * multiple;
        return aspect.Width > aspect.Height ? new PictureSize(madeSide, side) : new PictureSize(side, madeSide);
    }

    /// <summary>The same picture with another longer side.</summary>
    public PictureSize WithLongerSide(int side)
    {
        var longer = Math.Max(Width, Height);
        return longer == side ? this : new PictureSize(Scaled(Width), Scaled(Height));

        int Scaled(int length) => Math.Max(1, (int)Math.Round((double)length * side / longer, MidpointRounding.AwayFromZero));
    }
}
