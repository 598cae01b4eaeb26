using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Imaging.Editing;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Requests.Editing;

/// <summary>The region of a picture to regenerate, and the frames that cover it.</summary>
public sealed class EditPlan
{
    private EditPlan(string kind, RgbImage picture, KeepMask mask, IReadOnlyList<PixelRectangle> frames)
    {
        Kind = kind;
        Picture = picture;
        Mask = mask;
        Frames = frames;
    }

    /// <summary><c>edit</c>, <c>erase</c> or <c>extend</c>; recorded in the finished picture's recipe.</summary>
    public string Kind { get; }

    /// <summary>The picture at the size of the result.</summary>
    public RgbImage Picture { get; }

    public KeepMask Mask { get; }

    /// <summary>Feather radius in pixels, inside the mask.</summary>
    public int Feather { get; private init; }

    /// <summary>The original's position in <see cref="Picture"/>.</summary>
    private PixelRectangle Source { get; init; }

    /// <summary>The original with its transparency; null if it is opaque.</summary>
    private RgbaImage? Original { get; init; }

    /// <summary>Square frames in painting order; together they cover all pixels that are not kept.</summary>
    public IReadOnlyList<PixelRectangle> Frames { get; }

    /// <summary>The ratio of a picture that is composed from nothing; null = a part of an existing picture is painted.</summary>
    public AspectRatio? Composed { get; private init; }

    /// <summary>The side of the largest frame, in pixels of the picture.</summary>
    public int LargestFrame => Frames.Max(frame => frame.Width);

    /// <summary>Regenerates a part from a prompt. The mask may cover everything; then only the picture's size is kept.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="mask">The pixels to keep.</param>
    /// <param name="feather">Feather radius in pixels, inside the mask.</param>
    public static Result<EditPlan> Edit(RgbImage picture, KeepMask mask, int feather = 0) => Masked("edit", picture, mask, feather);

    /// <summary>Removes the masked object and fills in the background.</summary>
    public static Result<EditPlan> Erase(RgbImage picture, KeepMask mask) => mask is { KeepsNothing: true }
        ? new InvalidInput("mask", "The mask covers the whole picture, so no background is left to fill the hole: keep a part of the picture.")
        : Masked("erase", picture, mask);

    /// <summary>Extends the picture to an aspect ratio; it stays in the middle.</summary>
    public static Result<EditPlan> Extend(RgbImage picture, AspectRatio aspect)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var extension = Extension.To(aspect, picture.Width, picture.Height);
        return extension == Extension.None
            ? new InvalidInput("aspect", $"There is nothing to extend: the picture's aspect ratio is {aspect} already.")
            : Extend(picture, extension);
    }

    /// <summary>Extends the picture beyond its edges.</summary>
    public static Result<EditPlan> Extend(RgbImage picture, Extension extension)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(extension);
        if (extension.Check(picture.Width, picture.Height).Refusal is { } problem)
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

        return new EditPlan("extend", new RgbImage(width, height, bytes), new KeepMask(width, height, keep), FramePlanner.Outside(width, height, source)) { Source = source };
    }

    /// <summary>The same plan for a picture with transparency, which kept pixels keep.</summary>
    /// <param name="original">The picture before it was laid on white; null = it is opaque.</param>
    public EditPlan WithTransparency(RgbaImage? original) => original is null
        ? this
        : new EditPlan(Kind, Picture, Mask, Frames) { Feather = Feather, Source = Source, Original = original };

    /// <summary>A finished picture with the transparency of the original: kept pixels as they were, painted ones opaque.</summary>
    /// <param name="painted">Of the size of <see cref="Picture"/>.</param>
    /// <returns>Null if the original is opaque.</returns>
    public RgbaImage? Transparent(RgbImage painted)
    {
        ArgumentNullException.ThrowIfNull(painted);
        if (Original is null || painted.Width != Picture.Width || painted.Height != Picture.Height)
        {
            return null;
        }

        var from = painted.Bytes.Span;
        var before = Original.Bytes.Span;
        var keep = Mask.Values;
        var bytes = new byte[RgbaImage.Channels * painted.Width * painted.Height];
        for (var pixel = 0; pixel < keep.Length; pixel++)
        {
            var to = bytes.AsSpan(pixel * RgbaImage.Channels, RgbaImage.Channels);
            if (keep[pixel])
            {
                var (x, y) = ((pixel % painted.Width) - Source.Left, (pixel / painted.Width) - Source.Top);
                before.Slice(((y * Original.Width) + x) * RgbaImage.Channels, RgbaImage.Channels).CopyTo(to);
                continue;
            }

            from.Slice(pixel * RgbImage.Channels, RgbImage.Channels).CopyTo(to);
            to[^1] = byte.MaxValue;
        }

        return new RgbaImage(painted.Width, painted.Height, bytes);
    }

    /// <summary>A picture that is not square, for models that make squares only: the square in the middle first, then the rest like <see cref="Extend(RgbImage, Extension)"/>.</summary>
    /// <param name="longerSide">The picture's longer side in pixels.</param>
    /// <param name="aspect">A valid ratio other than 1:1.</param>
    public static EditPlan Compose(int longerSide, AspectRatio aspect)
    {
        var (width, height, squares) = Squares(longerSide, aspect);
        return new EditPlan(
            JobKinds.Generate, new RgbImage(width, height, new byte[RgbImage.Channels * width * height]), new KeepMask(width, height, new bool[width * height]), squares)
        {
            Composed = aspect,
        };
    }

    /// <summary>Number of squares of which <see cref="Compose"/> makes a picture.</summary>
    /// <inheritdoc cref="Compose"/>
    public static int SquaresOf(int longerSide, AspectRatio aspect) => aspect.IsSquare ? 1 : Squares(longerSide, aspect).Squares.Count;

    private static (int Width, int Height, IReadOnlyList<PixelRectangle> Squares) Squares(int longerSide, AspectRatio aspect)
    {
        var side = Math.Max(1, (int)Math.Round((double)longerSide * Math.Min(aspect.Width, aspect.Height) / Math.Max(aspect.Width, aspect.Height)));
        var (width, height) = aspect.Width > aspect.Height ? (longerSide, side) : (side, longerSide);
        var middle = new PixelRectangle((width - side) / 2, (height - side) / 2, side, side);
        return (width, height, [middle, .. FramePlanner.Outside(width, height, middle)]);
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

        if (mask.Hole() is not { } hole)
        {
            return new InvalidInput("mask", "The mask is empty, so there is nothing to repaint: make a part of it transparent (or black).");
        }

        var frames = FramePlanner.Over(mask, hole);
        return CheckThickness(mask, frames.Count).Refusal is { } tooThin
            ? tooThin
            : new EditPlan(kind, picture, mask, frames) { Feather = feather, Source = new PixelRectangle(0, 0, picture.Width, picture.Height) };
    }

    // A small picture is one frame, regardless of the thickness.
    private static Result CheckThickness(KeepMask mask, int frames)
    {
        if (Math.Min(mask.Width, mask.Height) <= FramePlanner.SmallestSide)
        {
            return Result.Done;
        }

        var thickness = FramePlanner.Thickness(mask);
        if (thickness < FramePlanner.LeastCells)
        {
            return new InvalidInput(
                "mask",
                $"The part to repaint is {Math.Ceiling(thickness):0} pixels thick, too thin for anything to be seen in it: paint at least {FramePlanner.LeastCells} pixels.");
        }

        return frames > FramePlanner.MostFrames
            ? new InvalidInput("mask", $"The part to repaint is thin and long: it would take {frames} drawings, and one edit has at most {FramePlanner.MostFrames}. Paint it thicker, or in several edits.")
            : Result.Done;
    }
}
