using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Diffusion.Tests.Guidance;

public sealed class ClassifierFreeGuidanceTests
{
    private static readonly float[] Unconditional = [0.1f, -2.3f, 1e30f, float.NaN];
    private static readonly float[] Conditional = [0.3f, 1e-30f, -1e-7f, 4];

    [Fact]
    public void Combine_ScaleOne_IsConditionalBitForBit()
    {
        var result = new float[4];

        ClassifierFreeGuidance.Combine(Unconditional, Conditional, 1, result);

        Assert.Equal(Conditional, result);
    }

    [Fact]
    public void Combine_ScaleZero_IsUnconditionalBitForBit()
    {
        var result = new float[4];

        ClassifierFreeGuidance.Combine(Unconditional, Conditional, 0, result);

        Assert.Equal(Unconditional, result);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Combine_ScaleEight_Extrapolates(bool inPlace)
    {
        float[] unconditional = [0.5f, -1, 0, 2, 2, 2, 2, 2, 1];
        float[] conditional = [0.75f, -1, 1, 1, 1, 1, 1, 1, 3];
        var result = inPlace ? unconditional : new float[9];

        ClassifierFreeGuidance.Combine(unconditional, conditional, 8, result);

        Approximately.Equal([2.5f, -1, 8, -6, -6, -6, -6, -6, 17], result, 2e-6);
    }

    [Fact]
    public void Combine_LengthsDiffer_Throws()
    {
        Assert.Throws<ArgumentException>(() => ClassifierFreeGuidance.Combine(new float[2], new float[3], 2, new float[2]));
        Assert.Throws<ArgumentException>(() => ClassifierFreeGuidance.Combine(new float[2], new float[2], 1, new float[3]));
    }
}
