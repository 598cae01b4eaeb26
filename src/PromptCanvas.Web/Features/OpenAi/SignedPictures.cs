using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>The content of a signed URL.</summary>
/// <param name="PersonId">The person for whom the URL was signed; it gives access to nothing beyond their permissions.</param>
/// <param name="Quality">1 … 100, for lossy formats.</param>
/// <param name="Fit">The size of the picture; null = as stored.</param>
internal sealed record SignedPicture(Guid ImageId, Guid PersonId, PictureFormat Format, int Quality, DateTimeOffset ExpiresAt, PictureFit? Fit);

/// <summary>Signs URLs that work without a key until they expire, as OpenAI's do.</summary>
internal sealed class SignedPictures(IDataProtectionProvider protection, IOptions<OpenAiOptions> options, TimeProvider clock)
{
    private const int GuidSize = 16;
    private const int ExpiryAt = (2 * GuidSize) + 2;
    private const int FitAt = ExpiryAt + sizeof(long);
    private const int Size = FitAt + (2 * sizeof(int));

    private readonly IDataProtector protector = protection.CreateProtector("PromptCanvas.OpenAi.Pictures");

    /// <summary>The last path segment of a URL.</summary>
    public string Sign(Guid imageId, Guid personId, PictureFormat format, int quality, PictureFit? fit = null)
    {
        var plain = new byte[Size];
        imageId.TryWriteBytes(plain);
        personId.TryWriteBytes(plain.AsSpan(GuidSize));
        (plain[2 * GuidSize], plain[(2 * GuidSize) + 1]) = ((byte)format, (byte)quality);
        BinaryPrimitives.WriteInt64LittleEndian(plain.AsSpan(ExpiryAt), (clock.GetUtcNow() + options.Value.AddressLife).UtcTicks);
        BinaryPrimitives.WriteInt32LittleEndian(plain.AsSpan(FitAt), fit?.Width ?? 0);
        BinaryPrimitives.WriteInt32LittleEndian(plain.AsSpan(FitAt + sizeof(int)), (fit is { Stretch: true } ? -1 : 1) * (fit?.Height ?? 0));
        return $"{Base64Url.EncodeToString(protector.Protect(plain))}.{ExtensionOf(format)}";
    }

    /// <summary>Null for an invalid signature. The caller checks the expiry.</summary>
    public SignedPicture? Read(string token)
    {
        var text = token.Split('.')[0];
        if (!Base64Url.IsValid(text))
        {
            return null;
        }

        try
        {
            var plain = protector.Unprotect(Base64Url.DecodeFromChars(text));
            return new SignedPicture(
                new Guid(plain.AsSpan(0, GuidSize)),
                new Guid(plain.AsSpan(GuidSize, GuidSize)),
                (PictureFormat)plain[2 * GuidSize],
                plain[(2 * GuidSize) + 1],
                new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(plain.AsSpan(ExpiryAt)), TimeSpan.Zero),
                FitIn(plain));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    // Addresses of earlier versions, which live for an hour, have no size.
    private static PictureFit? FitIn(byte[] plain)
    {
        var width = plain.Length == Size ? BinaryPrimitives.ReadInt32LittleEndian(plain.AsSpan(FitAt)) : 0;
        if (width <= 0)
        {
            return null;
        }

        // A negative height means stretching.
        var height = BinaryPrimitives.ReadInt32LittleEndian(plain.AsSpan(FitAt + sizeof(int)));
        return new PictureFit(width, Math.Abs(height), Stretch: height < 0);
    }

    private static string ExtensionOf(PictureFormat format) => format switch
    {
        PictureFormat.Jpeg => "jpg",
        PictureFormat.WebP => "webp",
        _ => "png",
    };
}
