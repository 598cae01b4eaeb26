using System.Numerics.Tensors;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Diffusion.Tests.Images;

public sealed class BicubicResamplerTests
{
    [Fact]
    public void Resample_GoldenPicture_MatchesTheReference()
    {
        var golden = Fixture.Golden("bicubic");
        var result = new float[2 * 3 * 32 * 32];

        new BicubicResampler(16, 16, 32, 32).Resample(golden.Floats("input"), result);

        Approximately.Equal(golden.Floats("output"), result, 1e-5);
    }

    [Theory]
    [InlineData(0, new[] { -0.04394531f, 0.38964844f, 0.72753906f, -0.07324219f })]
    [InlineData(1, new[] { -0.00683594f, 0.09082031f, 0.96386719f, -0.04785156f })]
    [InlineData(2, new[] { -0.04785156f, 0.96386719f, 0.09082031f, -0.00683594f })]
    [InlineData(3, new[] { -0.07324219f, 0.72753906f, 0.38964844f, -0.04394531f })]
    public void Resample_FourTimesLarger_HasTheReferenceWeights(int phase, float[] expected)
    {
        // Output 4k + phase depends on inputs k−2 … k+1 in phases 0 and 1, and at k−1 … k+2 in 2 and 3.
        const int K = 8;
        var first = phase < 2 ? K - 2 : K - 1;
        for (var tap = 0; tap < 4; tap++)
        {
            var impulse = new float[16];
            impulse[first + tap] = 1;
            var result = new float[64];

            new BicubicResampler(16, 1, 64, 1).Resample(impulse, result);

            Assert.Equal(expected[tap], result[(4 * K) + phase], 1e-7f);
        }
    }

    [Theory]
    [InlineData(5, 7, 20, 3)]
    [InlineData(64, 64, 7, 9)]
    [InlineData(1, 1, 4, 4)]
    public void Resample_ConstantPicture_StaysConstant(int width, int height, int newWidth, int newHeight)
    {
        var source = new float[3 * width * height];
        Array.Fill(source, -0.375f);
        var result = new float[3 * newWidth * newHeight];
        var expected = new float[result.Length];
        Array.Fill(expected, -0.375f);

        new BicubicResampler(width, height, newWidth, newHeight).Resample(source, result);

        Approximately.Equal(expected, result, 1e-6);
    }

    [Theory]
    [InlineData(16, 64)]
    [InlineData(16, 32)]
    [InlineData(13, 57)]
    [InlineData(64, 24)]
    [InlineData(64, 5)]
    public void Resample_SeveralOutputsTogether_GivesTheBitsOfTheSumsOneByOne(int length, int newLength)
    {
        var source = Enumerable.Range(0, length * length).Select(index => MathF.Sin(index * 1.7f)).ToArray();
        var result = new float[newLength * newLength];

        new BicubicResampler(length, length, newLength, newLength).Resample(source, result);

        var weights = new ResamplingWeights(length, newLength);
        for (var y = 0; y < newLength; y++)
        {
            for (var x = 0; x < newLength; x++)
            {
                var sum = 0f;
                for (var tap = 0; tap < weights.Weights(y).Length; tap++)
                {
                    var row = source.AsSpan((weights.First(y) + tap) * length, length);
                    var narrowed = Sum(row.Slice(weights.First(x), weights.Weights(x).Length), weights.Weights(x));
                    sum = tap == 0 ? narrowed * (float)weights.Weights(y)[0] : (narrowed * (float)weights.Weights(y)[tap]) + sum;
                }

                Assert.Equal(sum, result[(y * newLength) + x]);
            }
        }

        static float Sum(ReadOnlySpan<float> values, ReadOnlySpan<double> weights)
        {
            var floats = weights.ToArray().Select(weight => (float)weight).ToArray();
            if (floats.Length > 8)
            {
                return TensorPrimitives.Dot(values, floats);
            }

            var sum = 0f;
            for (var tap = 0; tap < floats.Length; tap++)
            {
                sum += values[tap] * floats[tap];
            }

            return sum;
        }
    }

    [Fact]
    public void Resample_SameSize_CopiesThePicture()
    {
        float[] source = [0.1f, -0.7f, 1.5f, 0.3f, 0, 0.9f];
        var result = new float[6];

        new BicubicResampler(3, 2, 3, 2).Resample(source, result);

        Assert.Equal(source, result);
    }

    [Fact]
    public void Resample_Reduction_AveragesAway()
    {
        // Stripes finer than the new grid become grey (the cut kernel leaves 0.02 at the border); without antialiasing they would alias.
        var source = new float[64];
        for (var x = 0; x < source.Length; x++)
        {
            source[x] = x % 2 == 0 ? 1 : -1;
        }

        var result = new float[4];
        new BicubicResampler(64, 1, 4, 1).Resample(source, result);

        Approximately.Equal(new float[4], result, 0.03);
    }

    [Fact]
    public void Resample_OtherAxis_IsTheTransposedResult()
    {
        float[] source = [0.1f, -0.7f, 1.5f, 0.3f, 0, 0.9f, 0.2f];
        var (wide, tall) = (new float[19], new float[19]);

        new BicubicResampler(7, 1, 19, 1).Resample(source, wide);
        new BicubicResampler(1, 7, 1, 19).Resample(source, tall);

        Approximately.Equal(wide, tall, 1e-6);
    }

    [Fact]
    public void Resample_LengthsThatDoNotFit_Throws()
    {
        var resampler = new BicubicResampler(2, 2, 4, 4);

        Assert.Throws<ArgumentException>(() => resampler.Resample(new float[5], new float[16]));
        Assert.Throws<ArgumentException>(() => resampler.Resample(new float[8], new float[16]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BicubicResampler(0, 2, 4, 4));
    }
}
