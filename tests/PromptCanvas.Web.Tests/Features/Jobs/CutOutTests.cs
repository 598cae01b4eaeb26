using NetVips;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Jobs;

/// <summary>Cut-outs: pixels outside the mask keep their transparency.</summary>
public sealed class CutOutTests(Studio studio) : IClassFixture<Studio>
{
    private const int Side = 128;

    private readonly HttpClient client = studio.CreateClient();

    [Theory]
    [InlineData("edit")]
    [InlineData("erase")]
    [InlineData("extend")]
    public async Task Edit_OfACutOut_KeepsItsTransparencyBitForBit(string kind)
    {
        var source = await client.UploadAsync(CutOut());
        var mask = await client.UploadAsync(Mask());
        var job = await client.MakeAsync(kind switch
        {
            "edit" => new { kind, prompt = "a blue star", source, mask, count = 1 },
            "erase" => new { kind, source, mask, count = 1 },
            _ => (object)new { kind, source, extend = new { left = 32 }, count = 1 },
        });
        var address = job.GetProperty("images")[0].GetProperty("contentUrl").GetString()!;
        using var made = Image.NewFromBuffer(await client.GetByteArrayAsync(address, TestContext.Current.CancellationToken));
        var left = kind == "extend" ? 32 : 0;

        Assert.Equal(4, made.Bands);
        Assert.Equal([200, 30, 40, 128], made.Getpoint(left + 60, 22));
        Assert.Equal([200, 30, 40, 255], made.Getpoint(left + 30, 30));
        Assert.Equal(0, made.Getpoint(left + 3, 3)[3]);
        Assert.Equal(255, made.Getpoint(kind == "extend" ? 10 : 64, 64)[3]);
    }

    [Fact]
    public async Task Edit_OfAnOpaquePicture_StaysOpaque()
    {
        var source = await client.UploadAsync(TestPictures.Png(Side, Side));
        var mask = await client.UploadAsync(Mask());
        var job = await client.MakeAsync(new { kind = "edit", prompt = "a blue star", source, mask, count = 1 });
        var address = job.GetProperty("images")[0].GetProperty("contentUrl").GetString()!;
        using var made = Image.NewFromBuffer(await client.GetByteArrayAsync(address, TestContext.Current.CancellationToken));

        Assert.Equal(3, made.Bands);
    }

    // A red square with a half-transparent strip above it, nothing around it.
    private static byte[] CutOut()
    {
        var bytes = new byte[4 * Side * Side];
        for (var y = 20; y < 108; y++)
        {
            for (var x = 20; x < 108; x++)
            {
                ((byte[])[200, 30, 40, y < 24 ? (byte)128 : (byte)255]).CopyTo(bytes, 4 * ((y * Side) + x));
            }
        }

        return Imaging.Png.PngEncoder.Encode(new Imaging.Pixels.RgbaImage(Side, Side, bytes));
    }

    private static byte[] Mask()
    {
        var bytes = new byte[3 * Side * Side];
        bytes.AsSpan().Fill(byte.MaxValue);
        for (var y = 50; y < 80; y++)
        {
            bytes.AsSpan(3 * ((y * Side) + 50), 3 * 30).Clear();
        }

        return Imaging.Png.PngEncoder.Encode(new Imaging.Pixels.RgbImage(Side, Side, bytes));
    }
}
