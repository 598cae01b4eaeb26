using System.Text;
using NetVips;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Imaging.Pixels;

/// <summary>A finished picture in another format. What our PNG says about itself goes along as XMP; nothing else does.</summary>
public static class PictureConverter
{
    public const string JpegType = "image/jpeg";

    /// <param name="encoded">A JPEG, PNG or WebP.</param>
    /// <param name="quality">1 … 100, for the formats that lose something.</param>
    /// <exception cref="PictureFormatException">It is none of these, damaged, or too large.</exception>
    public static byte[] Convert(byte[] encoded, PictureFormat format, int quality)
    {
        var text = PictureText.Read(encoded);
        return PictureDecoder.Open(encoded, decoded => Save(decoded, format, quality, text));
    }

    private static byte[] Save(Image decoded, PictureFormat format, int quality, PictureText? text)
    {
        // What a file brings along is not ours to pass on.
        using var picture = decoded.Mutate(image =>
        {
            if (text is not null)
            {
                image.Set(GValue.BlobType, "xmp-data", Encoding.UTF8.GetBytes(PictureXmp.Write(text)));
            }
        });
        var keep = text is null ? Enums.ForeignKeep.None : Enums.ForeignKeep.Xmp;
        return format switch
        {
            PictureFormat.Jpeg => picture.JpegsaveBuffer(q: quality, keep: keep),
            PictureFormat.WebP => picture.WebpsaveBuffer(q: quality, keep: keep),
            _ => picture.PngsaveBuffer(compression: 1, keep: Enums.ForeignKeep.None),
        };
    }

    public static string ContentTypeOf(PictureFormat format) => format switch
    {
        PictureFormat.Jpeg => JpegType,
        PictureFormat.WebP => EncodedPicture.WebPType,
        _ => PngEncoder.ContentType,
    };
}
