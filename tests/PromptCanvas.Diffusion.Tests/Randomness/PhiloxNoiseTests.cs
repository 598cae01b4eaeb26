using System.Numerics.Tensors;
using PromptCanvas.Diffusion.Randomness;

namespace PromptCanvas.Diffusion.Tests.Randomness;

public sealed class PhiloxNoiseTests
{
    private const int Many = 100_000;

    [Fact]
    public void Fill_SameArguments_GivesTheSameNoise()
    {
        Assert.Equal(Noise(1000, 42), Noise(1000, 42));
    }

    [Fact]
    public void Fill_KnownSeed_NeverChanges()
    {
        // From the first known answer of Random123: the words of counter 0 under key 0 as two Box–Muller pairs.
        static (double, double) Pair(uint radius, uint angle)
        {
            var length = Math.Sqrt(-2 * Math.Log((radius + 1.0) / 4294967296));
            return (length * Math.Cos(2 * Math.PI * angle / 4294967296), length * Math.Sin(2 * Math.PI * angle / 4294967296));
        }

        var noise = Noise(4, 0, NoiseStage.Prior, 0);

        var (first, second) = Pair(0x6627e8d5, 0xe169c58d);
        var (third, fourth) = Pair(0xbc57ac4c, 0x9b00dbd8);
        Assert.Equal(first, noise[0], 1e-6);
        Assert.Equal(second, noise[1], 1e-6);
        Assert.Equal(third, noise[2], 1e-6);
        Assert.Equal(fourth, noise[3], 1e-6);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 10)]
    [InlineData(17, 64)]
    [InlineData(999, 1)]
    public void Fill_PartOfTheTensor_IsThatPart(int first, int length)
    {
        var part = new float[length];

        PhiloxNoise.Fill(part, 7, NoiseStage.Decoder, PhiloxNoise.InitialStep, first);

        Assert.Equal(Noise(1000, 7).AsSpan(first, length).ToArray(), part);
    }

    [Fact]
    public void Fill_ManyValues_HasTheMomentsOfTheNormalDistribution()
    {
        var noise = Noise(Many, 20261123);
        double first = 0, second = 0, third = 0, fourth = 0;
        foreach (double value in noise)
        {
            first += value / Many;
            second += value * value / Many;
            third += value * value * value / Many;
            fourth += value * value * value * value / Many;
        }

        // Four standard errors: 1/√n, √2/√n, √15/√n, √96/√n.
        Assert.Equal(0, first, 4 / Math.Sqrt(Many));
        Assert.Equal(1, second, 4 * Math.Sqrt(2.0 / Many));
        Assert.Equal(0, third, 4 * Math.Sqrt(15.0 / Many));
        Assert.Equal(3, fourth, 4 * Math.Sqrt(96.0 / Many));
    }

    [Fact]
    public void Fill_OtherSeedStageOrStep_IsIndependent()
    {
        var noise = Noise(Many, 5);
        float[][] others =
        [
            Noise(Many, 6),
            Noise(Many, 5, NoiseStage.SuperResolution256),
            Noise(Many, 5, NoiseStage.Decoder, 0),
            Noise(Many, 5, NoiseStage.Decoder, 1),
            [.. noise[1..], 0],
            [.. noise[2..], 0, 0],
        ];

        foreach (var other in others)
        {
            Assert.Equal(0, TensorPrimitives.Dot(noise, other) / Many, 4 / Math.Sqrt(Many));
        }
    }

    [Fact]
    public void Fill_StepBelowTheInitial_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PhiloxNoise.Fill(new float[1], 0, NoiseStage.Prior, -2));
    }

    private static float[] Noise(int count, uint seed, NoiseStage stage = NoiseStage.Decoder, int step = PhiloxNoise.InitialStep)
    {
        var noise = new float[count];
        PhiloxNoise.Fill(noise, seed, stage, step);
        return noise;
    }
}
