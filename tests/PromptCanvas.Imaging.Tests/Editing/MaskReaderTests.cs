using NetVips;
using PromptCanvas.Imaging.Editing;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Imaging.Tests.Editing;

public sealed class MaskReaderTests
{
    // Two columns: regenerate the left one, keep the right one.
    public static TheoryData<string, int, byte[]> Masks { get; } = new()
    {
        { "transparent, whatever its colour", 4, [255, 255, 255, 0, 0, 0, 0, 255] },
        { "black without transparency", 3, [0, 0, 0, 255, 255, 255] },
        { "black, with an alpha channel that says nothing", 4, [0, 0, 0, 255, 255, 255, 255, 255] },
        { "grey levels", 1, [0, 255] },
        { "grey levels with transparency", 2, [255, 0, 0, 255] },
        { "soft edges", 4, [0, 0, 0, 127, 0, 0, 0, 128] },
    };

    [Theory]
    [MemberData(nameof(Masks))]
    public void Read_EveryKindOfMask_MeansTheSame(string kind, int bands, byte[] pixels)
    {
        Assert.NotEmpty(kind);

        var mask = MaskReader.Read(Png(pixels, 2, 1, bands));

        Assert.Equal([false, true], mask.Values.ToArray());
        Assert.Equal(new PixelRectangle(0, 0, 1, 1), mask.Hole());
    }

    [Fact]
    public void Read_NothingToRepaint_HasNoHole()
    {
        var mask = MaskReader.Read(Png([255, 255, 255, 255], 2, 2, 1));

        Assert.DoesNotContain(false, mask.Values.ToArray());
        Assert.Null(mask.Hole());
    }

    [Fact]
    public void Read_NoPicture_IsRefused() => Assert.Throws<PictureFormatException>(() => MaskReader.Read([1, 2, 3]));

    private static byte[] Png(byte[] pixels, int width, int height, int bands)
    {
        using var raw = Image.NewFromMemory(pixels, width, height, bands, Enums.BandFormat.Uchar);
        using var typed = raw.Copy(interpretation: bands < 3 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
        return typed.PngsaveBuffer();
    }
}
