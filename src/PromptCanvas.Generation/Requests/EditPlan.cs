using PromptCanvas.Generation.Results;
using PromptCanvas.Imaging.Editing;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Requests;

/// <summary>What is to be painted of a picture, and in which frames.</summary>
public sealed class EditPlan
{
    private EditPlan(string kind, RgbImage picture, KeepMask mask, IReadOnlyList<PixelRectangle> frames)
    {
        Kind = kind;
        Picture = picture;
        Mask = mask;
        Frames = frames;
    }

    /// <summary><c>edit</c>, <c>erase</c> or <c>extend</c>: what the finished picture says of itself.</summary>
    public string Kind { get; }

    /// <summary>The picture at the size of the result.</summary>
    public RgbImage Picture { get; }

    public KeepMask Mask { get; }

    /// <summary>Over how many pixels, inside the mask, the picture goes over into what was painted.</summary>
    public int Feather { get; private init; }

    /// <summary>Squares, in the order in which they are painted; together they cover all that is not kept.</summary>
    public IReadOnlyList<PixelRectangle> Frames { get; }

    /// <summary>The side of the largest frame, in pixels of the picture.</summary>
    public int LargestFrame => Frames.Max(frame => frame.Width);

    /// <summary>Paints a part anew as a prompt says. A mask over everything is allowed: nothing of the picture is kept but its size.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="mask">What stays.</param>
    /// <param name="feather">Over how many pixels, inside the mask, the picture goes over into what is painted.</param>
    public static Result<EditPlan> Edit(RgbImage picture, KeepMask mask, int feather = 0) => Masked("edit", picture, mask, feather);

    /// <summary>Takes what is under the mask away and closes the background.</summary>
    public static Result<EditPlan> Erase(RgbImage picture, KeepMask mask) => mask is { KeepsNothing: true }
        ? new InvalidInput("mask", "The mask covers the whole picture, so there is nothing to close the hole with: leave a part of it.")
        : Masked("erase", picture, mask);

    /// <summary>Paints on over the picture's edges.</summary>
    public static Result<EditPlan> Extend(RgbImage picture, Extension extension)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(extension);
        if (extension.Check(picture.Width, picture.Height) is { } problem)
        {
            return problem;
        }

        var (width, height) = (picture.Width + extension.Left + extension.Right, picture.Height + extension.Up + extension.Down);
        var source = new PixelRectangle(extension.Left, extension.Up, picture.Width, picture.Height);
        var bytes = new byte[RgbImage.Channels * width * height];
        var keep = new bool[width * height];
        var row = RgbImage.Channels * picture.Width;
        for (var y = 0; y < picture.Height; y++)
        {
            var start = ((source.Top + y) * width) + source.Left;
            picture.Bytes.Span.Slice(y * row, row).CopyTo(bytes.AsSpan(start * RgbImage.Channels));
            keep.AsSpan(start, picture.Width).Fill(true);
        }

        return new EditPlan("extend", new RgbImage(width, height, bytes), new KeepMask(width, height, keep), FramePlanner.Outside(width, height, source));
    }

    private static Result<EditPlan> Masked(string kind, RgbImage picture, KeepMask mask, int feather = 0)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(mask);
        if (mask.Width != picture.Width || mask.Height != picture.Height)
        {
            return new InvalidInput(
                "mask",
                $"The mask has {mask.Width} × {mask.Height} pixels and the picture {picture.Width} × {picture.Height}: they must have the same size.");
        }

        return mask.Hole() is { } hole
            ? new EditPlan(kind, picture, mask, [FramePlanner.Around(picture.Width, picture.Height, hole)]) { Feather = feather }
            : new InvalidInput("mask", "The mask is empty, so there is nothing to repaint: make a part of it transparent (or black).");
    }
}
