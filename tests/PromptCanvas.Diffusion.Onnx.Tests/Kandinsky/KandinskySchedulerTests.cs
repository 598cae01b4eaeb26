using System.Globalization;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Latents;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

/// <summary>What needs no weights, against the reference implementation: schedulers, resizing, masks.</summary>
public sealed class KandinskySchedulerTests(ITestOutputHelper output)
{
    private static readonly SchedulerSettings Decoder = new()
    {
        Schedule = NoiseScheduleKind.Linear,
        BetaStart = 0.00085,
        BetaEnd = 0.012,
        StepsOffset = 1,
        Variance = VarianceKind.FixedSmall,
    };

    public static TheoryData<string> Kinds { get; } = ["decoder", "inpaint", "learned_range", "thresholding"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Step_RecordedNoise_AgreesWithTheReference(string kind)
    {
        var golden = KandinskyFixture.Golden("ddpm_scheduler");
        var worst = 0.0;
        var steps = 0;
        foreach (var name in golden.Keys.Where(key => key.StartsWith($"{kind}.", StringComparison.Ordinal) && key.EndsWith(".sample", StringComparison.Ordinal)))
        {
            var parts = name.Split('.');
            var sampler = Sampler(kind, int.Parse(parts[1], CultureInfo.InvariantCulture));
            var step = int.Parse(parts[2], CultureInfo.InvariantCulture);
            var prefix = name[..^".sample".Length];
            for (var row = 0; row < golden[name].Rows; row++)
            {
                var moved = Take(sampler(), step, golden[name].FloatRow(row), golden, prefix, row);
                worst = Math.Max(worst, Worst(golden[$"{prefix}.result"].FloatRow(row), moved));
            }

            steps++;
        }

        output.WriteLine($"{kind}, {steps} steps: {worst:E2}");
        Assert.True(steps > 0 && worst <= 1e-5, $"{kind} differs by {worst} of max(1, |x|)");
    }

    [Theory]
    [InlineData("decoder")]
    [InlineData("learned_range")]
    public void Step_WholeRun_AgreesWithTheReference(string kind)
    {
        var golden = KandinskyFixture.Golden("ddpm_scheduler");
        var worst = 0.0;
        for (var row = 0; row < golden[$"{kind}.run10.start"].Rows; row++)
        {
            var sampler = Sampler(kind, 10)();
            var sample = golden[$"{kind}.run10.start"].FloatRow(row).ToArray();
            for (var step = 0; step < 10; step++)
            {
                sample = Take(sampler, step, sample, golden, $"{kind}.run10.{step}", row, skips: false);
                worst = Math.Max(worst, Worst(golden[$"{kind}.run10.{step}.result"].FloatRow(row), sample));
            }
        }

        output.WriteLine($"{kind}: {worst:E2}");
        Assert.True(worst <= 1e-4, $"{kind} differs by {worst} of max(1, |x|)");
    }

    [Theory]
    [InlineData(7)]
    [InlineData(50)]
    [InlineData(100)]
    public void Timesteps_OfDecoder_AreTheReferences(int steps)
    {
        var golden = KandinskyFixture.Golden("ddpm_scheduler");

        Assert.Equal(
            golden[$"decoder.{steps}.timesteps"].Integers,
            SamplerFactory.Create(SamplerKind.Ancestral, Decoder, steps).Plan.Timesteps.Select(timestep => (long)timestep));
    }

    [Fact]
    public void Tables_OfDecoder_AreTheReferences()
    {
        var schedule = NoiseSchedule.FromSettings(Decoder);

        // The numbers of the published schedule; the reference has its tables in single precision.
        Assert.Equal(8.61161156e-4, 1 - (schedule.AlphaBar(1) / schedule.AlphaBar(0)), 1e-10);
        Assert.Equal(0.998289526, schedule.AlphaBar(1), 1e-7);
        Assert.Equal(0.671179414, schedule.AlphaBar(201), 1e-7);
        Assert.Equal(1.95882819e-3, schedule.AlphaBar(981), 1e-9);
        Assert.Equal(1.73851720e-3, schedule.AlphaBar(991), 1e-9);
    }

    [Fact]
    public void AddNoise_AgreesWithTheReference()
    {
        var golden = KandinskyFixture.Golden("ddpm_scheduler");
        var schedule = NoiseSchedule.FromSettings(Decoder);
        var timesteps = golden["add_noise.timesteps"].Integers;
        for (var row = 0; row < timesteps.Length; row++)
        {
            var noisy = new float[golden["add_noise.sample"].RowLength];
            schedule.AddNoise((int)timesteps[row], golden["add_noise.sample"].FloatRow(row), golden["add_noise.noise"].FloatRow(row), noisy);
            Assert.True(Worst(golden["add_noise.result"].FloatRow(row), noisy) <= 1e-5);
        }
    }

    [Theory]
    [InlineData("enlarge")]
    [InlineData("shrink")]
    [InlineData("shrink_far")]
    public void ToSigned_OfAnySize_IsTheReferencesToTheBit(string name)
    {
        var golden = KandinskyFixture.Golden("picture_to_tensor");
        var expected = golden[$"{name}.result"];

        var actual = ReducingResize.ToSigned(KandinskyFixture.Picture(golden[$"{name}.picture"]), expected.Shape[3], expected.Shape[2]);

        Assert.True(Worst(expected.Floats, actual) <= 1e-6);
    }

    [Fact]
    public void FromPixels_HolesAlongTheCells_AreTheReferences()
    {
        // The reference takes the first pixel of a cell for the whole of it; ours any that is to be painted, so that thin holes are not lost.
        var keep = KandinskyFixture.Keep(KandinskyFixture.Golden("inpaint_pipeline")["mask"]);
        var aligned = Enumerable.Range(0, keep.Length).Select(pixel => keep[(pixel / 128 / 8 * 8 * 128) + (pixel % 128 / 8 * 8)]).ToArray();

        Assert.Equal(KandinskyFixture.Golden("inpaint_pipeline")["mask_latent"].Floats, LatentMasks.FromPixels(aligned, 128, 8));
    }

    [Fact]
    public void FromPixels_HoleWithinACell_IsNotLost()
    {
        var keep = new bool[64 * 64];
        Array.Fill(keep, true);
        keep[(63 * 64) + 3] = false;

        var mask = LatentMasks.FromPixels(keep, 64, 8);

        Assert.Equal(0, mask[7 * 8]);
        Assert.Equal(0, mask[6 * 8]);
        Assert.Equal(0, mask[(7 * 8) + 1]);
        Assert.Equal(61, mask.Count(value => value == 1));
    }

    private static Func<ISampler> Sampler(string kind, int steps) => () => SamplerFactory.Create(
        SamplerKind.Ancestral,
        kind switch
        {
            "inpaint" => Decoder with { ClipSample = false },
            "learned_range" => Decoder with { Variance = VarianceKind.LearnedRange },
            "thresholding" => Decoder with { Variance = VarianceKind.LearnedRange, DynamicThresholding = true, SampleMaximum = 2 },
            _ => Decoder,
        },
        steps);

    private static float[] Take(
        ISampler sampler, int step, ReadOnlySpan<float> start, IReadOnlyDictionary<string, NetworkTensor> golden, string prefix, int row, bool skips = true)
    {
        if (skips)
        {
            sampler.SkipTo(step);
        }

        var sample = start.ToArray();
        var predicted = golden[$"{prefix}.output"].FloatRow(row);
        sampler.Step(step, sample, predicted[..sample.Length], predicted[sample.Length..], golden[$"{prefix}.noise"].FloatRow(row), new float[sample.Length]);
        return sample;
    }

    private static double Worst(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = 0.0;
        for (var index = 0; index < expected.Length; index++)
        {
            worst = Math.Max(worst, Math.Abs(expected[index] - actual[index]) / Math.Max(1, Math.Abs(expected[index])));
        }

        return worst;
    }
}
