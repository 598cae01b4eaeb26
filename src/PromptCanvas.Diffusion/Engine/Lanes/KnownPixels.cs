using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Engine.Lanes;

/// <summary>The known part of a picture at one stage, in the layout its network takes. Immutable; shared by the lanes of a request.</summary>
internal sealed class KnownPixels
{
    private readonly float[] values;
    private readonly bool[] known;
    private readonly PredictionTarget target;
    private readonly NoiseSchedule schedule;

    /// <summary>Lays a known region out for a stage.</summary>
    /// <param name="region">The known region, at any side.</param>
    /// <param name="layout">The stage's layout.</param>
    /// <param name="side">The stage's picture side, in pixels.</param>
    /// <param name="growHole">Whether the hole grows by a cell.</param>
    /// <param name="settings">The stage's schedule and prediction target.</param>
    public KnownPixels(KnownRegion region, PictureLayout layout, int side, bool growHole, SchedulerSettings settings)
    {
        var (picture, keep) = region.At(side, growHole);
        values = new float[layout.Length];
        layout.ToNetwork(picture.Values, values);
        var mask = Array.ConvertAll(keep, kept => kept ? 1f : 0f);
        Mask = new float[mask.Length];
        layout.ToNetwork(mask, Mask);
        known = new bool[layout.Length];
        for (var index = 0; index < known.Length; index++)
        {
            known[index] = Mask[index % Mask.Length] == 1;
        }

        target = settings.Target;
        schedule = NoiseSchedule.FromSettings(settings);
    }

    /// <summary>Takes a known latent.</summary>
    /// <param name="latent">(z, h, w) flattened; not copied.</param>
    /// <param name="mask">(h, w) flattened: 1 = known; not copied.</param>
    /// <param name="settings">The stage's schedule and prediction target.</param>
    public KnownPixels(float[] latent, float[] mask, SchedulerSettings settings)
    {
        (values, Mask, target) = (latent, mask, settings.Target);
        known = new bool[latent.Length];
        for (var index = 0; index < known.Length; index++)
        {
            known[index] = mask[index % mask.Length] == 1;
        }

        schedule = NoiseSchedule.FromSettings(settings);
    }

    /// <summary>The keep mask in the network's layout: 1 = known, one channel.</summary>
    public float[] Mask { get; }

    /// <summary>Picture × keep in the network's layout.</summary>
    public void CopyMasked(Span<float> destination)
    {
        for (var index = 0; index < known.Length; index++)
        {
            destination[index] = known[index] ? values[index] : 0;
        }
    }

    /// <summary>Overwrites the known part of a prediction, in the prediction's own target, so that the sampler's x̂₀ equals the known picture there.</summary>
    /// <param name="timestep">0 … T−1.</param>
    /// <param name="noisy">x_t.</param>
    /// <param name="predicted">The network's output, guidance already applied; changed in place.</param>
    /// <remarks>Source: Nichol et al. (2022), GLIDE, section 3.2: the known region is overwritten at every step.</remarks>
    public void Impose(int timestep, ReadOnlySpan<float> noisy, Span<float> predicted) => Impose(timestep, noisy, predicted, holeToo: false);

    /// <summary>The whole picture, its hole closed smoothly, under as much noise as a timestep has.</summary>
    /// <param name="timestep">0 … T−1.</param>
    /// <param name="noisy">Standard normal noise in, x_t out.</param>
    /// <remarks>Source: Meng et al. (2022), SDEdit, algorithm 1.</remarks>
    public void Begin(int timestep, Span<float> noisy) => schedule.AddNoise(timestep, values, noisy.ToArray(), noisy);

    /// <summary>Makes a prediction say that the hole is closed smoothly; otherwise like <see cref="Impose(int, ReadOnlySpan{float}, Span{float})"/>.</summary>
    public void ImposeClosed(int timestep, ReadOnlySpan<float> noisy, Span<float> predicted) => Impose(timestep, noisy, predicted, holeToo: true);

    /// <summary>Replaces the known part after a step with the known picture at the step's noise level.</summary>
    /// <param name="previousTimestep">Where the step led; −1 = to the clean picture.</param>
    /// <param name="noisy">x at that timestep; only the known part changes.</param>
    /// <param name="noise">Standard normal noise of the same length; not read for the clean picture.</param>
    /// <param name="clean">x̂₀ of the step; its known part equals the known picture afterwards.</param>
    /// <remarks>Source: Lugmayr et al. (2022), RePaint, algorithm 1, lines 4 and 8. Known and unknown parts share no value, so they may share a draw.</remarks>
    public void Replace(int previousTimestep, Span<float> noisy, ReadOnlySpan<float> noise, Span<float> clean)
    {
        var alphaBar = schedule.AlphaBar(previousTimestep);
        var (signal, deviation) = ((float)Math.Sqrt(alphaBar), (float)Math.Sqrt(1 - alphaBar));
        for (var index = 0; index < known.Length; index++)
        {
            if (known[index])
            {
                clean[index] = values[index];
                noisy[index] = previousTimestep < 0 ? values[index] : (signal * values[index]) + (deviation * noise[index]);
            }
        }
    }

    /// <summary>Goes back to the noisier timestep, so that the step can be repeated and the painted part adapts to the known one.</summary>
    /// <param name="timestep">Where to.</param>
    /// <param name="previousTimestep">Where the sample is, less noisy.</param>
    /// <param name="noisy">x at the less noisy timestep in, x_t out.</param>
    /// <param name="noise">Standard normal noise of the same length.</param>
    /// <remarks>Source: Lugmayr et al. (2022), RePaint, algorithm 1, line 11, over the stride of the plan.</remarks>
    public void GoBack(int timestep, int previousTimestep, Span<float> noisy, ReadOnlySpan<float> noise)
    {
        var kept = schedule.AlphaBar(timestep) / schedule.AlphaBar(previousTimestep);
        var (signal, deviation) = ((float)Math.Sqrt(kept), (float)Math.Sqrt(1 - kept));
        for (var index = 0; index < noisy.Length; index++)
        {
            noisy[index] = (signal * noisy[index]) + (deviation * noise[index]);
        }
    }

    private void Impose(int timestep, ReadOnlySpan<float> noisy, Span<float> predicted, bool holeToo)
    {
        // The output that means x₀ at x_t is a·x₀ + b·x_t.
        var alphaBar = schedule.AlphaBar(timestep);
        var (signal, noise) = (Math.Sqrt(alphaBar), Math.Sqrt(1 - alphaBar));
        var (ofClean, ofNoisy) = target switch
        {
            PredictionTarget.CleanSample => (1.0, 0.0),
            PredictionTarget.Noise => (-signal / noise, 1 / noise),
            PredictionTarget.Velocity => (-1 / noise, signal / noise),
            _ => throw new InvalidOperationException($"Unknown prediction target {target}."),
        };
        for (var index = 0; index < known.Length; index++)
        {
            if (holeToo || known[index])
            {
                predicted[index] = ((float)ofClean * values[index]) + ((float)ofNoisy * noisy[index]);
            }
        }
    }
}
