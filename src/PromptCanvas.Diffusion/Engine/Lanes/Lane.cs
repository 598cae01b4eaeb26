using PromptCanvas.Diffusion.Engine.Conditioning;
using PromptCanvas.Diffusion.Engine.Origins;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Engine.Lanes;

/// <summary>One picture in one stage at one timestep.</summary>
internal sealed class Lane(ActiveRequest request, int imageIndex, TextConditioning texts)
{
    /// <summary>The picture index of a lane that is no picture's.</summary>
    public const int Preparing = -1;

    public ActiveRequest Request { get; } = request;

    public int ImageIndex { get; } = imageIndex;

    /// <summary>S + i in unsigned 32 bits; S where the pictures are frames of a row, and for preparations.</summary>
    public uint Seed { get; } = imageIndex == Preparing ? request.Request.Seed : request.Request.SeedOf(imageIndex);

    /// <summary>The preparation that this lane runs for its request's pictures; null for a picture.</summary>
    public Origins.Preparation? Preparation { get; init; }

    /// <summary>Whether it is still wanted. Thread-safe.</summary>
    public bool IsWanted => !Request.Cancelled.IsCancellationRequested && !IsDropped;

    /// <summary>Whether this picture was cancelled although its request continues. Thread-safe.</summary>
    public bool IsDropped => Preparation is null && Request.Request.PictureWanted?.Invoke(ImageIndex) == false;

    /// <summary>The texts this lane is conditioned on.</summary>
    public TextConditioning Texts { get; } = texts;

    /// <summary>Which of the engine's stages: 0 = prior, 1 = decoder, then the upsamplers.</summary>
    public int StageIndex { get; set; }

    public StageState State { get; set; } = StageState.None;

    /// <summary>The CLIP image embedding the prior gave, E values; empty before.</summary>
    public float[] ImageEmbedding { get; set; } = [];

    /// <summary>What a decoder of latents is steered away from, E values; empty = the image embedding of nothing.</summary>
    public float[] NegativeEmbedding { get; set; } = [];

    /// <summary>Where the decoder starts; null = at the seed's own noise.</summary>
    public DecoderStart? Start { get; set; }

    /// <summary>Whether this picture has had a preview.</summary>
    public bool HasPreview { get; set; }

    /// <summary>Work units done, in the units of its stage.</summary>
    public double WorkDone { get; set; }

    public double WorkTotal { get; set; }

    public double WorkLeft => WorkTotal - WorkDone;

    /// <summary>Whether the stage has given it a state. The upsamplers do so when a lane first runs: a large picture takes memory only then.</summary>
    public bool HasEntered => !ReferenceEquals(State, StageState.None);

    /// <summary>Whether a network has run for it.</summary>
    public bool HasRun { get; private set; }

    /// <summary>Whether its first stages were done in an earlier run.</summary>
    public bool IsResumed { get; init; }

    /// <summary>When it became ready for its next step, as a timestamp of the engine's clock.</summary>
    public long ReadySince { get; set; }

    /// <summary>Seconds inside the networks, by stage index.</summary>
    public double[] Seconds { get; } = new double[request.StageCount];

    /// <summary>The input of the next stage; null between the prior and the decoder's end.</summary>
    public SignedImage? Picture { get; set; }

    /// <summary>Books a run of its stage's network.</summary>
    /// <param name="seconds">Its share of the run's time.</param>
    /// <param name="work">In the units of its stage.</param>
    /// <param name="at">The end, as a timestamp of the engine's clock.</param>
    public void Ran(double seconds, double work, long at)
    {
        Seconds[StageIndex] += seconds;
        WorkDone += work;
        ReadySince = at;
        HasRun = true;
    }
}

/// <summary>A lane's diffusion state in its current stage, in the network's layout.</summary>
/// <param name="Stepper">The update rule with this lane's history.</param>
/// <param name="Input">The lane's whole row of the network's sample: x_t first, then the part that is constant over the steps.</param>
/// <param name="Clean">x̂₀ of the last step.</param>
/// <param name="Guidance">w; 1 = off.</param>
/// <param name="GuidanceInterval">Where guidance is on.</param>
internal sealed record StageState(
    IStepper Stepper, float[] Input, float[] Clean, double Guidance, Models.GuidanceInterval GuidanceInterval)
{
    public static StageState None { get; } = new(null!, [], [], 1, Models.GuidanceInterval.Always);

    /// <summary>x_t.</summary>
    public Span<float> Noisy => Input.AsSpan(0, Clean.Length);

    /// <summary>The lane's other network inputs, in addition to its sample; the stage knows the type.</summary>
    public object? Conditioning { get; init; }

    /// <summary>The part of the picture that is not to be painted; null = all of it is.</summary>
    public KnownPixels? Known { get; init; }

    /// <summary>Whether the known part of x is resampled at every step; otherwise the network's x̂₀ is overwritten with it.</summary>
    public bool ReplacesKnown { get; init; }

    /// <summary>Whether steps are repeated to make new and known parts agree.</summary>
    public bool IsResampled { get; init; }

    /// <summary>Loop counter, 0 … N−1; N when the stage is done.</summary>
    public int Step { get; set; }

    /// <summary>N.</summary>
    public int Steps { get; init; } = Stepper?.Steps ?? 0;

    /// <summary>The update rule of a lane on its way down.</summary>
    public ISampler Sampler => (ISampler)Stepper;

    /// <summary>How many of the steps, the last ones, are not the sampler's: a latent becomes a picture in one.</summary>
    public int ClosingSteps { get; init; }

    /// <summary>Steps of the sampler.</summary>
    public int SamplerSteps => Steps - ClosingSteps;

    /// <summary>Whether this sample of the prior is of the negative prompt.</summary>
    public bool IsNegative { get; init; }

    /// <summary>Which sample of several this is, from 0; each draws noise of its own.</summary>
    public int Round { get; init; }

    /// <summary>How many samples are drawn.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>How often the current step has already been taken.</summary>
    public int Repeat { get; set; }

    public bool IsDone => Step == Steps;

    /// <summary>Whether the present step's network has no step of this lane after it.</summary>
    public bool IsLastOfNetwork => Step == SamplerSteps - 1 || Step == Steps - 1;

    /// <summary>Whether the next step needs an unconditional row too.</summary>
    public bool IsGuided => Guidance != 1 && GuidanceInterval.Contains(Step, SamplerSteps);

    public int Rows => IsGuided ? 2 : 1;

    /// <summary>The noise of this step: its own number, and numbers beyond the plan for going back and for repeats.</summary>
    /// <param name="goingBack">Whether it is the noise that undoes the step.</param>
    public int NoiseNumber(bool goingBack) => INoiseSource.StepOf(
        Round, Repeat == 0 && !goingBack ? Step : Steps + (2 * ((Step * Resampling.Times) + Repeat)) + (goingBack ? 1 : 0));
}
