using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Imaging.Editing;

/// <summary>Shows an unfinished frame in its place in the whole picture, at a small size.</summary>
public sealed class EditPreview
{
    private const int Channels = RgbImage.Channels;

    // Parts that a later frame will paint have no colour yet.
    private const byte Unpainted = 128;

    private readonly RgbImage whole;

    // For each pixel of the preview its position in the frame, in shares of the frame's side; NaN where the picture is kept.
    private readonly (float X, float Y)[] places;

    /// <param name="canvas">The picture so far.</param>
    /// <param name="frame">The square that is being painted.</param>
    /// <param name="maximumSide">The preview's longer side, in pixels; a smaller picture keeps its size.</param>
    public EditPreview(EditCanvas canvas, PixelRectangle frame, int maximumSide)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumSide);
        var small = Resizer.ResizeLongerSide(canvas.ToImage(), Math.Min(maximumSide, Math.Max(canvas.Width, canvas.Height)));
        var (width, height, bytes) = (small.Width, small.Height, small.Bytes.ToArray());
        places = new (float, float)[width * height];
        for (var pixel = 0; pixel < places.Length; pixel++)
        {
            var x = ((pixel % width) + 0.5) * canvas.Width / width;
            var y = ((pixel / width) + 0.5) * canvas.Height / height;
            places[pixel] = (float.NaN, float.NaN);
            if (canvas.IsKept((int)x, (int)y))
            {
                continue;
            }

            if (x >= frame.Left && x < frame.Right && y >= frame.Top && y < frame.Bottom)
            {
                places[pixel] = ((float)((x - frame.Left) / frame.Width), (float)((y - frame.Top) / frame.Height));
            }
            else
            {
                bytes.AsSpan(pixel * Channels, Channels).Fill(Unpainted);
            }
        }

        whole = new RgbImage(width, height, bytes);
    }

    /// <summary>The whole picture with the frame as it is predicted now.</summary>
    /// <param name="predicted">The frame, at any size.</param>
    public RgbImage Show(RgbImage predicted)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        var bytes = whole.Bytes.ToArray();
        var frame = predicted.Bytes.Span;
        for (var pixel = 0; pixel < places.Length; pixel++)
        {
            var (x, y) = places[pixel];
            if (!float.IsNaN(x))
            {
                var from = ((int)(y * predicted.Height) * predicted.Width) + (int)(x * predicted.Width);
                frame.Slice(from * Channels, Channels).CopyTo(bytes.AsSpan(pixel * Channels));
            }
        }

        return new RgbImage(whole.Width, whole.Height, bytes);
    }
}
