using PromptCanvas.Diffusion.Guidance;

namespace PromptCanvas.Diffusion.Tests.Guidance;

public sealed class TokenSamplingTests
{
    // Probabilities 1/8, 1/2, 3/8 at temperature 1.
    private static readonly float[] Logits = [0, MathF.Log(4), MathF.Log(3)];

    [Theory]
    [InlineData(0.01, 0)]
    [InlineData(0.124, 0)]
    [InlineData(0.126, 1)]
    [InlineData(0.624, 1)]
    [InlineData(0.626, 2)]
    [InlineData(1, 2)]
    public void Draw_TemperatureOne_InvertsTheCumulativeDistribution(double uniform, int expected) =>
        Assert.Equal(expected, TokenSampling.Draw(Logits, 1, uniform));

    [Theory]
    [InlineData(1e-9)]
    [InlineData(1)]
    public void Draw_TemperatureZero_IsTheLikeliest(double uniform) => Assert.Equal(1, TokenSampling.Draw(Logits, 0, uniform));

    [Fact]
    public void Draw_HugeLogits_DoNotOverflow() => Assert.Equal(1, TokenSampling.Draw([-1e30f, 1e30f], 1, 0.5));

    [Fact]
    public void Draw_NoLogits_IsRefused() => Assert.Throws<ArgumentException>(() => TokenSampling.Draw([], 1, 0.5));
}
