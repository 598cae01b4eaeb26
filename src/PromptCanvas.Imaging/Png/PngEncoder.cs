using System.Globalization;
using NetVips;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Imaging.Png;

/// <summary>Encodes a finished picture as PNG with embedded text.</summary>
public static class PngEncoder
{
    // Half the time of the default level for a size within a few percent.
    private const int Compression = 1;

    public const string ContentType = "image/png";

    /// <summary>Deterministic: the same picture and text give the same bytes.</summary>
    public static byte[] Encode(RgbImage image, PictureText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return PngText.Insert(Encode(image), Entries(text));
    }

    /// <summary>Encodes a picture with transparency; otherwise the same.</summary>
    public static byte[] Encode(RgbaImage image, PictureText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return PngText.Insert(Encode(image), Entries(text));
    }

    /// <summary>Encodes pixels only.</summary>
    public static byte[] Encode(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var source = Vips.From(image);
        return Save(source);
    }

    /// <summary>Encodes pixels and their transparency only.</summary>
    public static byte[] Encode(RgbaImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var source = Vips.From(image);
        return Save(source);
    }

    /// <summary>Encodes one channel only.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="levels">One byte a pixel, row by row.</param>
    public static byte[] EncodeGrey(int width, int height, byte[] levels)
    {
        using var source = Vips.FromGrey(width, height, levels);
        return Save(source);
    }

    private static IEnumerable<KeyValuePair<string, string>> Entries(PictureText text) =>
    [
        new(PictureText.PromptKeyword, text.Prompt),
        new(PictureText.SeedKeyword, text.Seed.ToString(CultureInfo.InvariantCulture)),
        new(PictureText.ModelKeyword, text.Model),
        new(PictureText.RecipeKeyword, text.Recipe),
        new(PictureText.SoftwareKeyword, text.Software),
        new(PictureText.XmpKeyword, PictureXmp.Write(text)),
    ];

    private static byte[] Save(Image source) =>
        source.PngsaveBuffer(compression: Compression, filter: Enums.ForeignPngFilter.Sub, keep: Enums.ForeignKeep.None);
}
