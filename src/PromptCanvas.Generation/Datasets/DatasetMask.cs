using PromptCanvas.Imaging.Editing;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Generation.Datasets;

/// <summary>The mask of a data set's picture.</summary>
/// <param name="Width">Of the picture, in pixels.</param>
/// <param name="Height">Of the picture, in pixels.</param>
/// <param name="Box">The painted part.</param>
internal sealed record DatasetMask(int Width, int Height, PixelRectangle Box)
{
    /// <summary>As exported: white where the picture was painted, black elsewhere.</summary>
    public byte[] ToPng() => Encode(byte.MaxValue, 0);

    /// <summary>As an edit takes it: black is painted, white is kept.</summary>
    public ImportedPicture ToEditMask() => new(Encode(0, byte.MaxValue), Width, Height);

    /// <summary>As an edit plan takes it.</summary>
    public KeepMask ToKeepMask() => new(Width, Height, Array.ConvertAll(Levels(0, 1), level => level == 1));

    private byte[] Encode(byte inside, byte outside) => PngEncoder.EncodeGrey(Width, Height, Levels(inside, outside));

    private byte[] Levels(byte inside, byte outside)
    {
        var levels = new byte[Width * Height];
        Array.Fill(levels, outside);
        for (var y = Box.Top; y < Box.Bottom; y++)
        {
            levels.AsSpan((y * Width) + Box.Left, Box.Width).Fill(inside);
        }

        return levels;
    }
}
