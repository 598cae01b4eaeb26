using PromptCanvas.Imaging;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Provenance.Manifests;
using PromptCanvas.Provenance.Signing;

namespace PromptCanvas.Provenance.Tests;

/// <summary>Small pictures, and stories about them.</summary>
internal static class Pictures
{
    private const int Side = 32;

    public static DateTimeOffset Now { get; } = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    public static PictureStory Story { get; } = new("PromptCanvas", "0.2", Now)
    {
        Recipe = new PictureRecipe("generate", "starter", "eine rote Kugel, 赤い球", 7, """{"size":64}"""),
    };

    public static SourcePicture Source { get; } = new(Guid.Parse("0c6cbd3a-6a0c-4e07-9a5e-0d3b1f0a0001"), new string('a', 64));

    public static TheoryData<PictureFormat> Formats => [PictureFormat.Png, PictureFormat.Jpeg, PictureFormat.WebP];

    public static SigningIdentity NewIdentity(DateTimeOffset? at = null)
    {
        var own = OwnCertificate.Create("Studio", Guid.NewGuid(), at ?? Now);
        return SigningIdentity.Read(own.ChainPem, Pem(own.Key), at ?? Now);
    }

    public static string Pem(byte[] key) => new(System.Security.Cryptography.PemEncoding.Write("PRIVATE KEY", key));

    public static byte[] Encode(PictureFormat format)
    {
        var pixels = new byte[Side * Side * 3];
        for (var index = 0; index < pixels.Length; index++)
        {
            pixels[index] = (byte)(index * 37 % 251);
        }

        return PictureConverter.Convert(PngEncoder.Encode(new RgbImage(Side, Side, pixels)), format, quality: 90);
    }
}
