using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>A picture as an address of an hour gives it out.</summary>
/// <param name="PersonId">For whom the address was made: it shows no more than they may see.</param>
/// <param name="Quality">1 … 100, for formats that lose something.</param>
internal sealed record SignedPicture(Guid ImageId, Guid PersonId, PictureFormat Format, int Quality, DateTimeOffset ExpiresAt);

/// <summary>Addresses that can be fetched without a key, for an hour, by whoever has them: as those of OpenAI's server.</summary>
internal sealed class SignedPictures(IDataProtectionProvider protection, IOptions<OpenAiOptions> options, TimeProvider clock)
{
    private const int GuidSize = 16;
    private const int Size = (2 * GuidSize) + 2 + sizeof(long);

    private readonly IDataProtector protector = protection.CreateProtector("PromptCanvas.OpenAi.Pictures");

    /// <summary>The last part of an address.</summary>
    public string Sign(Guid imageId, Guid personId, PictureFormat format, int quality)
    {
        var plain = new byte[Size];
        imageId.TryWriteBytes(plain);
        personId.TryWriteBytes(plain.AsSpan(GuidSize));
        (plain[2 * GuidSize], plain[(2 * GuidSize) + 1]) = ((byte)format, (byte)quality);
        BinaryPrimitives.WriteInt64LittleEndian(plain.AsSpan((2 * GuidSize) + 2), (clock.GetUtcNow() + options.Value.AddressLife).UtcTicks);
        return $"{Base64Url.EncodeToString(protector.Protect(plain))}.{ExtensionOf(format)}";
    }

    /// <summary>Null for what we did not sign; what is too old says so itself.</summary>
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
                new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(plain.AsSpan((2 * GuidSize) + 2)), TimeSpan.Zero));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string ExtensionOf(PictureFormat format) => format switch
    {
        PictureFormat.Jpeg => "jpg",
        PictureFormat.WebP => "webp",
        _ => "png",
    };
}
