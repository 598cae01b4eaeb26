using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Diffusion.Tests.Guidance;

public sealed class StyleSpaceTests
{
    private const double Tolerance = 1e-6;

    private static readonly float[] X = [2, 0, 0];
    private static readonly float[] Y = [0, 3, 0];
    private static readonly float[] Z = [0, 0, 5];

    [Fact]
    public void Direction_LengthsOfTheEmbeddings_DoNotMatter() =>
        Approximately.Equal([-1, 1, 0], StyleSpace.Direction([Y], [X]), Tolerance);

    [Fact]
    public void Direction_Several_IsTheMeanOfTheDifferences() =>
        Approximately.Equal([-0.5f, -0.5f, 1], StyleSpace.Direction([Z, Z], [X, Y]), Tolerance);

    [Fact]
    public void Direction_PicturesOfTheirCaptionsOnly_IsNone() =>
        Approximately.Equal([0, 0, 0], StyleSpace.Direction([X, Y], [X, Y]), Tolerance);

    [Fact]
    public void Direction_CountsDiffer_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => StyleSpace.Direction([X, Y], [X]));
        Assert.Throws<ArgumentException>(() => StyleSpace.Direction([], []));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.4)]
    [InlineData(-0.4)]
    [InlineData(-1)]
    public void Apply_AcrossTheDirection_MovesAlongTheArcAndKeepsTheLength(double weight)
    {
        var angle = Math.PI / 2 * StyleSpace.Reach * weight;

        Approximately.Equal(
            [(float)(2 * Math.Cos(angle)), 0, (float)(2 * Math.Sin(angle))], StyleSpace.Apply(X, [0, 0, 0.01f], weight), Tolerance);
    }

    [Theory]
    [InlineData(0.25, 0.02)]
    [InlineData(0.5, 0.04)]
    [InlineData(-0.5, -0.04)]
    [InlineData(0.75, 0.16)]
    [InlineData(1, StyleSpace.Reach)]
    public void Apply_HalfReach_IsWhatHalfTheWeightIs(double weight, double reach) =>
        Approximately.Equal(StyleSpace.Move(X, Y, reach), StyleSpace.Apply(X, Y, weight, halfReach: 0.04), Tolerance);

    [Fact]
    public void Apply_NoWeightOrNoDirection_ChangesNothing()
    {
        Assert.Equal(X, StyleSpace.Apply(X, Y, 0));
        Assert.Equal(X, StyleSpace.Apply(X, [0, 0, 0], 1));
    }

    [Fact]
    public void Apply_WeightBeyondOne_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => StyleSpace.Apply(X, Y, -1.1));
}
