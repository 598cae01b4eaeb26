using PromptCanvas.Diffusion.Schedulers;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Diffusion.Tests.Schedulers;

public sealed class GoldenSamplerTests
{
    private const double Tolerance = 1e-5;

    [Theory]
    [InlineData("prior_scheduler", 25)]
    [InlineData("prior_scheduler", 7)]
    [InlineData("decoder_scheduler", 25)]
    [InlineData("decoder_scheduler", 7)]
    [InlineData("super_res_scheduler", 25)]
    [InlineData("super_res_scheduler", 7)]
    public void Step_UnClipSchedulers_MatchTheReference(string scheduler, int steps)
    {
        var golden = Fixture.Golden("unclip_scheduler");
        var settings = scheduler switch
        {
            "prior_scheduler" => new SchedulerSettings { Target = PredictionTarget.CleanSample, ClipSampleRange = 5 },
            "decoder_scheduler" => new SchedulerSettings { Variance = VarianceKind.LearnedRange },
            _ => new SchedulerSettings(),
        };
        Assert.Equal(golden.Longs($"{scheduler}.{steps}.timesteps"), Timesteps(SamplerKind.Ancestral, settings, steps));
        foreach (var step in new[] { 0, steps / 2, steps - 1 })
        {
            for (var row = 0; row < 2; row++)
            {
                var key = $"{scheduler}.{steps}.{step}.";
                var sample = golden.Row(key + "sample", row);
                var output = golden.Row(key + "output", row).AsSpan();
                float[] before = [.. sample];
                var result = MoveTo(SamplerKind.Ancestral, settings, steps, step, sample, output[..sample.Length], output[sample.Length..], golden.Row(key + "noise", row));
                AddReferenceRounding(steps, step, before, result);
                Approximately.Equal(golden.Row(key + "result", row), result, Tolerance);
            }
        }
    }

    [Theory]
    [InlineData("epsilon", 10)]
    [InlineData("epsilon", 20)]
    [InlineData("sample", 10)]
    [InlineData("sample", 20)]
    [InlineData("v_prediction", 10)]
    [InlineData("v_prediction", 20)]
    public void Step_Ddim_MatchesTheReference(string type, int steps)
    {
        var golden = Fixture.Golden("samplers");
        var settings = new SchedulerSettings { Target = Target(type), Spacing = TimestepSpacing.Trailing };
        var step = steps / 2;
        var key = $"ddim.{type}.{steps}.";
        Assert.Equal(golden.Longs(key + "timesteps"), Timesteps(SamplerKind.Ddim, settings, steps));
        for (var row = 0; row < 2; row++)
        {
            var result = MoveTo(
                SamplerKind.Ddim, settings, steps, step, golden.Row($"{key}{step}.sample", row), golden.Row($"{key}{step}.output", row), [], []);
            Approximately.Equal(golden.Row($"{key}{step}.result", row), result, Tolerance);
        }
    }

    [Theory]
    [InlineData("epsilon", 10)]
    [InlineData("epsilon", 20)]
    [InlineData("sample", 10)]
    [InlineData("sample", 20)]
    [InlineData("v_prediction", 10)]
    [InlineData("v_prediction", 20)]
    public void Step_DpmSolver_MatchesTheReferenceOverAWholeRun(string type, int steps)
    {
        var golden = Fixture.Golden("samplers");
        var settings = new SchedulerSettings { Target = Target(type), ClipSample = false };
        var key = $"dpmpp.{type}.{steps}.";
        Assert.Equal(golden.Longs(key + "timesteps"), Timesteps(SamplerKind.DpmSolverPlusPlus, settings, steps));
        for (var row = 0; row < 2; row++)
        {
            var sampler = SamplerFactory.Create(SamplerKind.DpmSolverPlusPlus, settings, steps);
            var sample = golden.Row(key + "start", row);
            for (var step = 0; step < steps; step++)
            {
                sampler.Step(step, sample, golden.Row($"{key}{step}.output", row), [], [], new float[sample.Length]);
                AssertClose(golden.Row($"{key}{step}.result", row), sample);
            }
        }
    }

    /// <summary>
    /// The reference computes its coefficients in float32, where 1 − (1 − 4e-8) and 1 − 0.99996 keep three digits. Computed again with float32
    /// after every operation, its weight of x in the first step and of x̂₀ in the last are the numbers below; all others agree.
    /// </summary>
    private static void AddReferenceRounding(int steps, int step, float[] before, float[] result)
    {
        var noisyWeightError = (steps, step) switch
        {
            (25, 0) => 0.00076873746f - 0.00075023728f,
            (7, 0) => 0.00022797352f - 0.00017883022f,
            _ => 0f,
        };
        var lastWeight = step == steps - 1 ? 0.99947232f : 1f;
        for (var index = 0; index < result.Length; index++)
        {
            result[index] = (result[index] * lastWeight) + (noisyWeightError * before[index]);
        }
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        // The predicted noise is not clipped here, so early clean samples are in the hundreds.
        var largest = 1f;
        foreach (var value in expected)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        Approximately.Equal(expected, actual, Tolerance * largest);
    }

    private static PredictionTarget Target(string type) => type switch
    {
        "epsilon" => PredictionTarget.Noise,
        "sample" => PredictionTarget.CleanSample,
        _ => PredictionTarget.Velocity,
    };

    private static long[] Timesteps(SamplerKind kind, SchedulerSettings settings, int steps)
    {
        var plan = SamplerFactory.Create(kind, settings, steps).Plan;
        var timesteps = new long[plan.Steps];
        for (var step = 0; step < plan.Steps; step++)
        {
            timesteps[step] = plan.Timestep(step);
        }

        return timesteps;
    }

    /// <summary>Runs a sampler over nothing until the wanted step, then takes that step.</summary>
    private static float[] MoveTo(
        SamplerKind kind,
        SchedulerSettings settings,
        int steps,
        int wanted,
        float[] sample,
        ReadOnlySpan<float> predicted,
        ReadOnlySpan<float> variance,
        ReadOnlySpan<float> noise)
    {
        var sampler = SamplerFactory.Create(kind, settings, steps);
        var length = sample.Length;
        for (var step = 0; step < wanted; step++)
        {
            sampler.Step(step, new float[length], new float[length], new float[length], new float[length], new float[length]);
        }

        sampler.Step(wanted, sample, predicted, variance, noise, new float[length]);
        return sample;
    }
}
