using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Diffusion.Tests.Guidance;

public sealed class SphericalInterpolationTests
{
    [Fact]
    public void Interpolate_AtTheEnds_ReturnsThem()
    {
        float[] start = [1, 2, -0.5f];
        float[] end = [0.3f, -4, 2];

        Approximately.Equal(start, Between(start, end, 0), 1e-6);
        Approximately.Equal(end, Between(start, end, 1), 1e-6);
    }

    [Fact]
    public void Interpolate_RightAngle_FollowsTheCircleAndTheNorms()
    {
        var half = (float)Math.Sqrt(0.5);

        Approximately.Equal([half, half], Between([1, 0], [0, 1], 0.5), 1e-6);
        Approximately.Equal([2 * half, 2 * half], Between([1, 0], [0, 3], 0.5), 1e-6);
        Approximately.Equal([(float)Math.Cos(Math.PI / 6), 0.5f], Between([1, 0], [0, 1], 1.0 / 3), 1e-6);
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(-1f)]
    public void Interpolate_ParallelOrOpposite_IsLinear(float sign)
    {
        Approximately.Equal([0.75f + (sign * 0.5f), 0], Between([1, 0], [sign * 2, 0], 0.25), 1e-6);
    }

    [Fact]
    public void Interpolate_ZeroVector_IsLinear()
    {
        Assert.Equal([0, 1], Between([0, 0], [0, 2], 0.5));
    }

    [Fact]
    public void Interpolate_WrongArguments_Throws()
    {
        Assert.Throws<ArgumentException>(() => Between([1], [1, 2], 0.5));
        Assert.Throws<ArgumentException>(() => Between([], [], 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Between([1], [2], 1.5));
    }

    private static float[] Between(float[] start, float[] end, double fraction)
    {
        var result = new float[start.Length];
        SphericalInterpolation.Interpolate(start, end, fraction, result);
        return result;
    }
}
