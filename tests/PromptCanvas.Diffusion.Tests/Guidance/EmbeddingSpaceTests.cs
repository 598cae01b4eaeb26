using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Diffusion.Tests.Guidance;

public sealed class EmbeddingSpaceTests
{
    private const double Tolerance = 1e-6;

    private static readonly float[] X = [2, 0, 0];
    private static readonly float[] Y = [0, 2, 0];
    private static readonly float[] Z = [0, 0, 2];

    [Fact]
    public void Blend_TwoAlike_IsTheMiddleOfTheArc() =>
        Approximately.Equal([MathF.Sqrt(2), MathF.Sqrt(2), 0], EmbeddingSpace.Blend([X, Y], [3, 3]), Tolerance);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 1)]
    [InlineData(0, 7)]
    public void Blend_Two_IsTheSlerpAtTheSecondsShare(double first, double second)
    {
        var angle = Math.PI / 2 * second / (first + second);

        Approximately.Equal(
            [(float)(2 * Math.Cos(angle)), (float)(2 * Math.Sin(angle)), 0], EmbeddingSpace.Blend([X, Y], [first, second]), Tolerance);
    }

    [Fact]
    public void Blend_Three_IsOneAfterTheOtherWithRunningWeights()
    {
        // X and Y meet at 45°; of the arc of 90° from there to Z a third is gone: cos 30° and sin 30°.
        var across = (float)(2 * Math.Cos(Math.PI / 6) / Math.Sqrt(2));

        Approximately.Equal([across, across, 1], EmbeddingSpace.Blend([X, Y, Z], [1, 1, 1]), Tolerance);
    }

    [Fact]
    public void Blend_ScaledWeights_ChangeNothing() =>
        Assert.Equal(EmbeddingSpace.Blend([X, Y, Z], [1, 2, 3]), EmbeddingSpace.Blend([X, Y, Z], [2, 4, 6]));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, -1)]
    [InlineData(1, double.NaN)]
    public void Blend_ImpossibleWeights_AreRefused(double first, double second) =>
        Assert.Throws<ArgumentException>(() => EmbeddingSpace.Blend([X, Y], [first, second]));

    [Fact]
    public void Difference_LengthsOfTheTexts_DoNotMatter()
    {
        var expected = new[] { -5 / MathF.Sqrt(2), 5 / MathF.Sqrt(2), 0 };

        Approximately.Equal(expected, EmbeddingSpace.Difference([9, 0, 0], [0, 0.1f, 0], 5), Tolerance);
    }

    [Fact]
    public void Cosine_NoDirection_IsZero() => Assert.Equal(0, EmbeddingSpace.Cosine(X, [0, 0, 0]));
}
