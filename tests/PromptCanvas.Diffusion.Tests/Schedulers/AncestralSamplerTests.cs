using PromptCanvas.Diffusion.Schedulers;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Diffusion.Tests.Schedulers;

public sealed class AncestralSamplerTests
{
    private const double PrintedDigits = 1e-6;

    private static readonly SchedulerSettings Unclipped = new() { Target = PredictionTarget.CleanSample, ClipSample = false };

    private static readonly SchedulerSettings Kandinsky = Unclipped with
    {
        Schedule = NoiseScheduleKind.Linear,
        BetaStart = 0.00085,
        BetaEnd = 0.012,
    };

    [Theory]
    [InlineData(999, 832, 0.25733349, 1.7882907e-4, 0.96632264)]
    [InlineData(832, 666, 0.38817636, 0.41894304, 0.76818536)]
    [InlineData(666, 500, 0.46554094, 0.47600169, 0.58040972)]
    [InlineData(500, 333, 0.57093413, 0.4139579, 0.41354886)]
    [InlineData(333, 166, 0.74695539, 0.25095161, 0.2369606)]
    [InlineData(166, 0, 0.99945041, 5.4920625e-4, 6.4235805e-3)]
    [InlineData(999, 957, 0.065408175, 7.5023244e-4, 0.99785831)]
    [InlineData(500, 458, 0.17232088, 0.81868861, 0.31950971)]
    [InlineData(42, 0, 0.99330599, 6.6939778e-3, null)]
    public void Step_Cosine_HasTheReferenceCoefficients(int timestep, int previous, double clean, double noisy, double? deviation)
    {
        // The reference's float32 table is 2e-5 off at the last timestep, where √ᾱ is 4.9e-5.
        var tolerance = timestep == 999 ? 3e-5 : PrintedDigits;
        AssertCoefficients(Unclipped, timestep, previous, clean, noisy, deviation, tolerance);
    }

    [Theory]
    [InlineData(981, 961, 0.010455884, 0.88857131, 0.45772187)]
    [InlineData(501, 481, 0.060503824, 0.91423749, 0.34101866)]
    [InlineData(21, 1, 0.91958361, 0.080412197, 0.039676561)]
    public void Step_KandinskysLinear_HasTheReferenceCoefficients(int timestep, int previous, double clean, double noisy, double deviation)
    {
        AssertCoefficients(Kandinsky, timestep, previous, clean, noisy, deviation, 3e-6);
    }

    [Theory]
    [InlineData(981, 961, 0.20961842)]
    [InlineData(501, 481, 0.11936969)]
    [InlineData(21, 1, 0.019386308)]
    public void Step_FixedLarge_AddsBeta(int timestep, int previous, double beta)
    {
        var settings = Kandinsky with { Variance = VarianceKind.FixedLarge };

        Approximately.EqualRelative(Math.Sqrt(beta), OneStep(settings, timestep, previous, noise: 1), 3e-6);
    }

    [Theory]
    [InlineData(-1f)] // the posterior's variance …
    [InlineData(1f)] // … and β
    public void Step_LearnedRange_ReachesBothEnds(float v)
    {
        var schedule = NoiseSchedule.Cosine();
        var beta = 1 - (schedule.AlphaBar(500) / schedule.AlphaBar(333));
        var posterior = (1 - schedule.AlphaBar(333)) / (1 - schedule.AlphaBar(500)) * beta;
        var expected = Math.Sqrt(v > 0 ? beta : posterior);
        var settings = Unclipped with { Variance = VarianceKind.LearnedRange };

        Approximately.EqualRelative(expected, OneStep(settings, 500, 333, noise: 1, variance: v), PrintedDigits);
    }

    [Theory]
    [InlineData(1f, 0.041358)] // β
    [InlineData(-1f, 1e-10)] // the floor of the posterior's variance
    [InlineData(1.7f, 0.041358)] // not 43
    public void Step_LearnedRangeAtDdpmsLastStep_AddsNoiseToTheCleanSample(float v, double deviation)
    {
        var settings = Kandinsky with { Variance = VarianceKind.LearnedRange };
        var sampler = new AncestralSampler(NoiseSchedule.FromSettings(settings), settings, new TimestepPlan([1]));
        float[] sample = [0.25f];

        Assert.True(sampler.NeedsNoise(0));
        sampler.Step(0, sample, [0], [v], [1], new float[1]);

        Assert.Equal(deviation, sample[0], 1e-5);
    }

    [Fact]
    public void SkipTo_ALaterStep_TakesItFirst()
    {
        var sampler = new AncestralSampler(NoiseSchedule.FromSettings(Kandinsky), Kandinsky, new TimestepPlan([601, 401, 201]));
        sampler.SkipTo(2);

        Assert.Throws<ArgumentException>(() => sampler.Step(0, new float[1], [0], [], [0], new float[1]));
        sampler.Step(2, new float[1], [0], [], [0], new float[1]);
        Assert.Throws<InvalidOperationException>(() => sampler.SkipTo(1));
    }

    [Fact]
    public void Step_LearnedRangeHalfway_IsTheGeometricMean()
    {
        var small = OneStep(Unclipped, 500, 333, noise: 1);
        var large = OneStep(Unclipped with { Variance = VarianceKind.FixedLarge }, 500, 333, noise: 1);

        var middle = OneStep(Unclipped with { Variance = VarianceKind.LearnedRange }, 500, 333, noise: 1, variance: 0);

        Approximately.EqualRelative(Math.Sqrt((double)small * large), middle, PrintedDigits);
    }

    [Fact]
    public void Step_Learned_AddsTheRootOfTheVariance()
    {
        var settings = Unclipped with { Variance = VarianceKind.Learned };

        Assert.Equal(0.5f, OneStep(settings, 500, 333, noise: 1, variance: 0.25f));
    }

    [Fact]
    public void Step_ToMinusOne_ReturnsCleanSample()
    {
        var settings = new SchedulerSettings { ClipSample = false };
        var sampler = new AncestralSampler(NoiseSchedule.Cosine(), settings, new TimestepPlan([42]));
        float[] noisy = [0.3f, -0.7f];
        var clean = new float[2];

        sampler.Step(0, noisy, [0.1f, 0.2f], [], [], clean);

        Assert.Equal(clean, noisy);
        var alphaBar = NoiseSchedule.Cosine().AlphaBar(42);
        Assert.Equal((0.3 - (Math.Sqrt(1 - alphaBar) * 0.1f)) / Math.Sqrt(alphaBar), clean[0], 1e-6);
    }

    [Fact]
    public void NeedsNoise_OnlyTheLastStep_NeedsNone()
    {
        var sampler = SamplerFactory.Create(SamplerKind.Ancestral, new SchedulerSettings(), 7);

        for (var step = 0; step < 7; step++)
        {
            Assert.Equal(step < 6, sampler.NeedsNoise(step));
        }
    }

    [Fact]
    public void Step_WrongLengthsOrMissingParts_Throws()
    {
        var learned = new SchedulerSettings { Variance = VarianceKind.LearnedRange };
        ISampler Sampler() => SamplerFactory.Create(SamplerKind.Ancestral, learned, 7);

        Assert.Throws<ArgumentException>(() => Sampler().Step(0, new float[2], new float[3], new float[2], new float[2], new float[2]));
        Assert.Throws<ArgumentException>(() => Sampler().Step(0, new float[2], new float[2], [], new float[2], new float[2]));
        Assert.Throws<ArgumentException>(() => Sampler().Step(0, new float[2], new float[2], new float[2], [], new float[2]));
        Assert.Throws<ArgumentException>(() => Sampler().Step(0, new float[2], new float[2], new float[2], new float[2], new float[1]));
        Assert.Throws<ArgumentException>(() => Sampler().Step(1, new float[2], new float[2], new float[2], new float[2], new float[2]));
    }

    private static void AssertCoefficients(
        SchedulerSettings settings, int timestep, int previous, double clean, double noisy, double? deviation, double tolerance)
    {
        Approximately.EqualRelative(clean, OneStep(settings, timestep, previous, predicted: 1), tolerance);
        Approximately.EqualRelative(noisy, OneStep(settings, timestep, previous, sample: 1), tolerance);
        if (deviation is { } expected)
        {
            Approximately.EqualRelative(expected, OneStep(settings, timestep, previous, noise: 1), tolerance);
        }
    }

    private static float OneStep(
        SchedulerSettings settings, int timestep, int previous, float sample = 0, float predicted = 0, float noise = 0, float variance = 0)
    {
        var sampler = new AncestralSampler(NoiseSchedule.FromSettings(settings), settings, new TimestepPlan([timestep, previous]));
        float[] values = [sample];
        sampler.Step(0, values, [predicted], [variance], [noise], new float[1]);
        return values[0];
    }
}
