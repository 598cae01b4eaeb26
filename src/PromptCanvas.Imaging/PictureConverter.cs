using System.Text;
using NetVips;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Imaging;

/// <summary>Converts a finished picture to another format. The provenance text of our PNGs is kept as XMP; other metadata is removed.</summary>
public static class PictureConverter
{
    public const string JpegType = "image/jpeg";

    /// <param name="encoded">A JPEG, PNG, WebP or AVIF.</param>
    /// <param name="quality">1 … 100, for lossy formats.</param>
    /// <param name="fit">The size of the result; null = unchanged.</param>
    /// <exception cref="PictureFormatException">Not a JPEG, PNG, WebP or AVIF, damaged, or too large.</exception>
    public static byte[] Convert(byte[] encoded, PictureFormat format, int quality, PictureFit? fit = null)
    {
        var text = PictureText.Read(encoded);
        return PictureDecoder.Open(encoded, decoded =>
        {
            using var sized = fit is { } size
                ? decoded.ThumbnailImage(
                    size.Width, height: size.Height, size: size.Stretch ? Enums.Size.Force : Enums.Size.Both, crop: size.Stretch ? null : Enums.Interesting.Centre)
                : decoded.Copy();
            return Save(sized, format, quality, text);
        });
    }

    private static byte[] Save(Image decoded, PictureFormat format, int quality, PictureText? text)
    {
        // Do not pass on metadata of foreign files.
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
            PictureFormat.Jpeg => OnWhite(picture, opaque => opaque.JpegsaveBuffer(q: quality, keep: keep)),
            PictureFormat.WebP => picture.WebpsaveBuffer(q: quality, keep: keep),
            _ => picture.PngsaveBuffer(compression: 1, keep: keep),
        };
    }

    private static byte[] OnWhite(Image picture, Func<Image, byte[]> save)
    {
        using var opaque = picture.HasAlpha() ? picture.Flatten(background: [255, 255, 255]) : picture.Copy();
        return save(opaque);
    }

    public static string ContentTypeOf(PictureFormat format) => format switch
    {
        PictureFormat.Jpeg => JpegType,
        PictureFormat.WebP => EncodedPicture.WebPType,
        _ => PngEncoder.ContentType,
    };
}
