using NetVips;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Imaging.Pixels;

/// <summary>A finished picture in another format. What was written into its file stays behind.</summary>
public static class PictureConverter
{
    public const string JpegType = "image/jpeg";

    /// <param name="encoded">A JPEG, PNG or WebP.</param>
    /// <param name="quality">1 … 100, for the formats that lose something.</param>
    /// <exception cref="PictureFormatException">It is none of these, damaged, or too large.</exception>
    public static byte[] Convert(byte[] encoded, PictureFormat format, int quality) => PictureDecoder.Open(encoded, decoded => format switch
    {
        PictureFormat.Jpeg => decoded.JpegsaveBuffer(q: quality, keep: Enums.ForeignKeep.None),
        PictureFormat.WebP => decoded.WebpsaveBuffer(q: quality, keep: Enums.ForeignKeep.None),
        _ => decoded.PngsaveBuffer(compression: 1, keep: Enums.ForeignKeep.None),
    });

    public static string ContentTypeOf(PictureFormat format) => format switch
    {
        PictureFormat.Jpeg => JpegType,
        PictureFormat.WebP => EncodedPicture.WebPType,
        _ => PngEncoder.ContentType,
    };
}
