using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Engine.Stages;

/// <summary>One stage of the pipeline: initialises lanes, advances a batch of them by one step, and passes on their results.</summary>
/// <remarks>
/// A lane that is guided at a step has two rows in the batch, [unconditional; conditional]; otherwise one. Lanes stay in
/// the layout the network takes (pixel-unshuffled where the checkpoint says so): noise and samplers work element by
/// element, so nothing is rearranged between steps.
/// </remarks>
internal abstract class Stage(GenerationStage kind, INoiseSource noise)
{
    private readonly Dictionary<string, float[]> buffers = [];

    public GenerationStage Kind { get; } = kind;

    /// <summary>Side of the picture this stage makes, in pixels; 0 where it makes none.</summary>
    public abstract int ImageSize { get; }

    /// <summary>Number of a lane's shape in its next run, where shapes differ: all lanes of a batch have the same.</summary>
    public virtual int ShapeOf(Lane lane) => 0;

    /// <summary>How large a lane's row is in its next run, in pixels; 0 where it is no picture.</summary>
    public virtual int PixelsOf(Lane lane) => ImageSize * ImageSize;

    /// <summary>Whether it is an upsampler: no first preview depends on it, and its lanes are large.</summary>
    public bool IsLate => Kind is GenerationStage.SuperResolution256 or GenerationStage.SuperResolution1024;

    /// <summary>The cost of a row: its operations, or positions of the grid where a model's networks do not know them.</summary>
    public abstract double WorkPerRow { get; }

    /// <summary>The most rows of one run that the network wants.</summary>
    public virtual int RowLimit => int.MaxValue;

    protected INoiseSource Noise { get; } = noise;

    /// <summary>Where lanes have their blocks from; those of a lane that is dropped are left to the collector.</summary>
    protected BlockPool Blocks { get; } = new();

    /// <summary>Runs of a network after the sampler's steps, one row each.</summary>
    public virtual int ClosingSteps => 0;

    /// <summary>Sets up a lane's noise, sampler and conditioning for this stage.</summary>
    public abstract void Enter(Lane lane, CancellationToken cancellationToken);

    /// <summary>The network a lane's next step runs; lanes of one batch share it.</summary>
    public abstract INetwork NetworkOf(Lane lane);

    /// <summary>Runs the network once for the lanes.</summary>
    /// <returns>The network's output, with each lane's rows in the order of the lanes.</returns>
    public abstract NetworkTensor Predict(IReadOnlyList<Lane> lanes, int rows, CancellationToken cancellationToken);

    /// <summary>The predicted clean picture of a lane, not larger than <see cref="StepCompleted.MaximumPreviewSize"/>; null where the stage makes no picture.</summary>
    public abstract Images.SignedImage? PredictedImage(Lane lane);

    /// <summary>Passes on the stage's result for a lane.</summary>
    public abstract void Leave(Lane lane);

    /// <summary>Moves every lane one step by its own sampler.</summary>
    /// <param name="lanes">The lanes of the batch.</param>
    /// <param name="output">The result of <see cref="Predict"/>.</param>
    /// <returns>The lanes the network gave no usable numbers for; they have not moved.</returns>
    public virtual IReadOnlyList<Lane> Move(IReadOnlyList<Lane> lanes, NetworkTensor output)
    {
        var lost = new List<Lane>();
        var row = 0;
        foreach (var lane in lanes)
        {
            var rows = lane.State.Rows;
            if (!MoveLane(lane, output, row, rows))
            {
                lost.Add(lane);
            }

            row += rows;
        }

        return lost;
    }

    /// <summary>Network evaluations of the whole stage, guidance counted.</summary>
    /// <param name="recipe">Steps and guidance.</param>
    /// <param name="resampled">Whether steps are repeated.</param>
    /// <param name="start">The first step that runs the network.</param>
    public static int TotalRows(StageRecipe recipe, bool resampled = false, int start = 0)
    {
        var rows = 0;
        for (var step = start; step < recipe.Steps; step++)
        {
            var guided = recipe.GuidanceScale != 1 && recipe.GuidanceInterval.Contains(step, recipe.Steps);
            rows += (guided ? 2 : 1) * (resampled ? Resampling.TimesAt(step, recipe.Steps) : 1);
        }

        return rows;
    }

    /// <summary>The operations of a row, or a substitute for them.</summary>
    protected static double Work(INetwork network, int grid, double otherwise) =>
        network.OperationsPerRow(grid) is > 0 and var operations ? operations : otherwise;

    /// <summary>Starts a lane's steps.</summary>
    /// <param name="recipe">Sampler, steps and guidance.</param>
    /// <param name="settings">The component's schedule.</param>
    /// <param name="input">The lane's row of the network's sample, initial noise first.</param>
    /// <param name="length">How much of it is x_t.</param>
    protected StageState Begin(StageRecipe recipe, SchedulerSettings settings, float[] input, int length) => new(
        SamplerFactory.Create(recipe.Sampler, settings, recipe.Steps, recipe.Eta),
        input,
        Blocks.Rent(length),
        recipe.GuidanceScale,
        recipe.GuidanceInterval);

    /// <summary>The known part of a lane's picture at this stage; computed once per request.</summary>
    protected KnownPixels? KnownOf(Lane lane, PictureLayout layout, bool growHole, SchedulerSettings settings)
    {
        if (lane.Request.Request.Known is not { } region)
        {
            return null;
        }

        var stages = lane.Request.Known;
        if (!stages.TryGetValue(Kind, out var known))
        {
            known = new KnownPixels(region, layout, ImageSize, growHole, settings);
            stages[Kind] = known;
        }

        return known;
    }

    /// <summary>A stage's painted pixels, blended into the known picture.</summary>
    protected static SignedImage Blended(Lane lane, SignedImage painted) =>
        lane.Request.Request.Known?.BlenderAt(painted.Width).Blend(painted, lane.Request.Plan.ContinuesKnown) ?? painted;

    /// <summary>The rows of the network's sample: each lane's own once, or twice where it is guided.</summary>
    protected float[] GatherInputs(IReadOnlyList<Lane> lanes, int rows)
    {
        var length = lanes[0].State.Input.Length;
        if (rows == 1)
        {
            return lanes[0].State.Input;
        }

        var sample = Buffer("sample", rows * length);
        var row = 0;
        foreach (var lane in lanes)
        {
            for (var repeat = 0; repeat < lane.State.Rows; repeat++)
            {
                lane.State.Input.CopyTo(sample, row++ * length);
            }
        }

        return sample;
    }

    /// <summary>The noise of the known part after a step: the step's own.</summary>
    protected virtual ReadOnlySpan<float> KnownNoise(Lane lane, ReadOnlySpan<float> stepNoise) => stepNoise;

    /// <summary>Noise of one lane and step, in the layout of <see cref="StageState.Noisy"/>.</summary>
    protected virtual void FillNoise(Span<float> destination, uint seed, int step) => Noise.Fill(destination, seed, Kind, step);

    /// <summary>A block that is reused from step to step: the networks copy their inputs.</summary>
    protected float[] Buffer(string name, int length)
    {
        if (!buffers.TryGetValue(name, out var buffer) || buffer.Length != length)
        {
            buffer = new float[length];
            buffers[name] = buffer;
        }

        return buffer;
    }

    /// <summary>The timestep of each row.</summary>
    protected static NetworkTensor Timesteps(IReadOnlyList<Lane> lanes, int rows)
    {
        var timesteps = new long[rows];
        var row = 0;
        foreach (var lane in lanes)
        {
            timesteps.AsSpan(row, lane.State.Rows).Fill(lane.State.Stepper.Timestep(lane.State.Step));
            row += lane.State.Rows;
        }

        return NetworkTensor.Int64(timesteps, rows);
    }

    /// <summary>Moves one lane a step.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="output">The result of <see cref="Predict"/> for the batch.</param>
    /// <param name="row">The lane's first row.</param>
    /// <param name="rows">1, or 2 where it is guided: [unconditional; conditional].</param>
    /// <returns>False when the network gave no usable numbers; the lane has not moved.</returns>
    protected virtual bool MoveLane(Lane lane, NetworkTensor output, int row, int rows)
    {
        var state = lane.State;
        var length = state.Clean.Length;
        var conditional = output.FloatRow(row + rows - 1);
        var predicted = conditional[..length];
        if (rows == 2)
        {
            ClassifierFreeGuidance.Combine(output.FloatRow(row)[..length], predicted, state.Guidance, predicted);
        }

        if (!Numbers.AreFinite(predicted))
        {
            return false;
        }

        var stepNoise = Span<float>.Empty;
        var replaces = state is { Known: not null, ReplacesKnown: true };
        if (state.Stepper.NeedsNoise(state.Step) || (replaces && state.Step < state.SamplerSteps - 1))
        {
            stepNoise = Buffer("noise", length);
            FillNoise(stepNoise, lane.Seed, state.NoiseNumber(goingBack: false));
        }

        if (!replaces)
        {
            state.Known?.Impose(state.Stepper.Timestep(state.Step), state.Noisy, predicted);
        }

        // Networks with a learned variance give it as a second half; it is the conditional row's (unclip.md, 4.5).
        state.Stepper.Step(state.Step, state.Noisy, predicted, conditional[length..], stepNoise, state.Clean);
        if (replaces)
        {
            state.Known!.Replace(state.Sampler.Plan.PreviousTimestep(state.Step), state.Noisy, KnownNoise(lane, stepNoise), state.Clean);
        }

        if (state.IsResampled && state.Repeat + 1 < Resampling.TimesAt(state.Step, state.SamplerSteps))
        {
            GoBack(lane);
        }
        else
        {
            state.Step++;
            state.Repeat = 0;
        }

        return true;
    }

    /// <summary>Takes a lane's first steps without the network, as if it had predicted the known picture with its hole closed smoothly.</summary>
    /// <remarks>Source: Meng et al. (2022), SDEdit: sampling starts from that picture with noise added, not from noise alone.</remarks>
    protected void StartFromKnown(Lane lane, int steps)
    {
        var state = lane.State;
        var length = state.Clean.Length;
        var (predicted, variance) = (Buffer("closed", length), Buffer("variance", length));
        for (; state.Step < steps; state.Step++)
        {
            var stepNoise = Span<float>.Empty;
            if (state.Sampler.NeedsNoise(state.Step))
            {
                stepNoise = Buffer("noise", length);
                FillNoise(stepNoise, lane.Seed, state.Step);
            }

            state.Known!.ImposeClosed(state.Sampler.Plan.Timestep(state.Step), state.Noisy, predicted);
            state.Sampler.Step(state.Step, state.Noisy, predicted, variance, stepNoise, state.Clean);
        }
    }

    private void GoBack(Lane lane)
    {
        var state = lane.State;
        var noise = Buffer("noise", state.Clean.Length);
        FillNoise(noise, lane.Seed, state.NoiseNumber(goingBack: true));
        var plan = state.Sampler.Plan;
        state.Known!.GoBack(plan.Timestep(state.Step), plan.PreviousTimestep(state.Step), state.Noisy, noise);
        state.Sampler.Rewind();
        state.Repeat++;
    }
}
