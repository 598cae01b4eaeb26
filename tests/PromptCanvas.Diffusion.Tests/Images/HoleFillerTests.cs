using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Tests.Images;

public sealed class HoleFillerTests
{
    private const int Side = 48;

    [Theory]
    [InlineData(20, 20, 8)]
    [InlineData(0, 0, 16)]
    [InlineData(40, 16, 8)]
    [InlineData(1, 1, 46)]
    public void Fill_HoleInAnyPlace_FlatSurroundingsGoOn(int left, int top, int size)
    {
        var keep = Hole(left, top, size);

        var filled = HoleFiller.Fill(Picture((_, _) => 0.25f, keep, inHole: 9), keep);

        Assert.All(filled.Values, value => Assert.Equal(0.25f, value, 1e-6f));
    }

    [Fact]
    public void Fill_LinearGradient_IsContinued()
    {
        // A linear function solves Laplace's equation; a few sweeps a level leave 1 % of the range.
        static float Ramp(int x, int y) => ((x - (0.5f * y)) / Side) - 0.2f;
        var keep = Hole(12, 14, 20);

        var filled = HoleFiller.Fill(Picture(Ramp, keep, inHole: -7), keep);

        for (var pixel = 0; pixel < keep.Length; pixel++)
        {
            Assert.Equal(Ramp(pixel % Side, pixel / Side), filled.Values[pixel], keep[pixel] ? 0 : 0.015f);
        }
    }

    [Fact]
    public void Fill_WhatIsInTheHole_LeavesNoTrace()
    {
        static float Wave(int x, int y) => MathF.Sin(x * 0.7f) * MathF.Cos(y * 0.3f);
        var keep = Hole(5, 30, 17);

        var one = HoleFiller.Fill(Picture(Wave, keep, inHole: 1), keep);
        var other = HoleFiller.Fill(Picture(Wave, keep, inHole: float.NaN), keep);

        Assert.Equal(one.Values, other.Values);
        Assert.InRange(one.Values.Max(), -1, 1);
    }

    [Fact]
    public void Fill_NothingKnown_IsZero()
    {
        var keep = new bool[Side * Side];

        Assert.All(HoleFiller.Fill(Picture((_, _) => 3, keep, inHole: 3), keep).Values, value => Assert.Equal(0, value));
    }

    private static bool[] Hole(int left, int top, int size)
    {
        var keep = new bool[Side * Side];
        for (var pixel = 0; pixel < keep.Length; pixel++)
        {
            var (x, y) = (pixel % Side, pixel / Side);
            keep[pixel] = x < left || x >= left + size || y < top || y >= top + size;
        }

        return keep;
    }

    private static SignedImage Picture(Func<int, int, float> function, bool[] keep, float inHole)
    {
        var values = new float[SignedImage.Channels * keep.Length];
        for (var index = 0; index < values.Length; index++)
        {
            var pixel = index % keep.Length;
            values[index] = keep[pixel] ? function(pixel % Side, pixel / Side) : inHole;
        }

        return new SignedImage(Side, Side, values);
    }
}
