using PromptCanvas.Diffusion.Schedulers;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Diffusion.Tests.Schedulers;

public sealed class CleanSampleEstimatorTests
{
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine();

    [Theory]
    [InlineData(PredictionTarget.Noise)]
    [InlineData(PredictionTarget.CleanSample)]
    [InlineData(PredictionTarget.Velocity)]
    public void EstimateUnclipped_PerfectPrediction_ReturnsTheCleanSample(PredictionTarget target)
    {
        var estimator = new CleanSampleEstimator(Schedule, new SchedulerSettings { Target = target });
        float[] clean = [2.5f, -0.1f, 0.4f];
        float[] noisy = [0.3f, 0.9f, -1.1f];
        var result = new float[3];

        estimator.EstimateUnclipped(500, noisy, Oracle.Predict(Schedule.AlphaBar(500), target, noisy, clean), result);

        Approximately.Equal(clean, result, 1e-6);
    }

    [Theory]
    [InlineData(1, 1f)]
    [InlineData(5, 3f)]
    public void Estimate_Clipping_StaysInRange(double range, float expected)
    {
        var settings = new SchedulerSettings { Target = PredictionTarget.CleanSample, ClipSampleRange = range };
        var result = new float[2];

        new CleanSampleEstimator(Schedule, settings).Estimate(500, [0, 0], [3, -0.5f], result);

        Assert.Equal([expected, -0.5f], result);
    }

    [Fact]
    public void Estimate_DynamicThresholding_DividesByTheQuantile()
    {
        // |x̂₀| sorted: 0.5 1 2 4; the 0.5 quantile, interpolated, is 1.5.
        var settings = new SchedulerSettings
        {
            Target = PredictionTarget.CleanSample,
            DynamicThresholding = true,
            DynamicThresholdingRatio = 0.5,
            SampleMaximum = 10,
        };
        var result = new float[4];

        new CleanSampleEstimator(Schedule, settings).Estimate(500, new float[4], [-4, 1, 2, 0.5f], result);

        Approximately.Equal([-1, 1 / 1.5f, 1, 0.5f / 1.5f], result, 1e-7);
    }

    [Theory]
    [InlineData(0.2f, 10, 0.2f)] // a quantile below 1 counts as 1
    [InlineData(8f, 2, 1f)] // and one above the maximum as the maximum
    public void Estimate_DynamicThresholding_KeepsTheThresholdInRange(float value, double maximum, float expected)
    {
        var settings = new SchedulerSettings { Target = PredictionTarget.CleanSample, DynamicThresholding = true, SampleMaximum = maximum };
        var result = new float[1];

        new CleanSampleEstimator(Schedule, settings).Estimate(500, [0], [value], result);

        Assert.Equal(expected, result[0]);
    }
}
