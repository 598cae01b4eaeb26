using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Tests.Images;

public sealed class HoleBlenderTests
{
    private const int Side = 256;

    [Theory]
    [InlineData(6)]
    [InlineData(24)]
    [InlineData(120)]
    public void Blend_AnyThickness_PaintsTheMiddleAndMeetsTheRim(int thickness)
    {
        var (top, keep) = (100, new bool[Side * Side]);
        keep.AsSpan().Fill(true);
        for (var y = top; y < top + thickness; y++)
        {
            keep.AsSpan((y * Side) + 20, 216).Clear();
        }

        // A thick hole elsewhere does not decide about this one.
        for (var y = 0; y < 80; y++)
        {
            keep.AsSpan(y * Side, 80).Clear();
        }

        var blended = new HoleBlender(Flat(-0.5f), keep).Blend(Flat(1), continues: false);

        Assert.InRange(blended.Values[((top + (thickness / 2)) * Side) + 128], 0.95f, 1.05f);
        Assert.InRange(blended.Values[(top * Side) + 128], -0.5f, 0.6f);
        Assert.Equal(-0.5f, blended.Values[((top - 1) * Side) + 128]);
    }

    private static SignedImage Flat(float value)
    {
        var values = new float[SignedImage.Channels * Side * Side];
        values.AsSpan().Fill(value);
        return new SignedImage(Side, Side, values);
    }
}
