using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>One picture in one stage at one timestep.</summary>
internal sealed class Lane(ActiveRequest request, int imageIndex)
{
    public ActiveRequest Request { get; } = request;

    public int ImageIndex { get; } = imageIndex;

    /// <summary>S + i in unsigned 32 bits.</summary>
    public uint Seed { get; } = unchecked(request.Request.Seed + (uint)imageIndex);

    /// <summary>Which of the engine's stages: 0 = prior, 1 = decoder, then the upsamplers.</summary>
    public int StageIndex { get; set; }

    public StageState State { get; set; } = StageState.None;

    /// <summary>The CLIP image embedding the prior gave, E values; empty before.</summary>
    public float[] ImageEmbedding { get; set; } = [];

    /// <summary>Whether somebody could have seen this picture already.</summary>
    public bool HasPreview { get; set; }

    /// <summary>Work units done, in the units of <see cref="Stages.Stage.WorkPerRow"/>.</summary>
    public double WorkDone { get; set; }

    public double WorkTotal { get; set; }

    public double WorkLeft => WorkTotal - WorkDone;

    /// <summary>Whether the stage has given it a state. The upsamplers do so when a lane first runs: a large picture takes memory only then.</summary>
    public bool HasEntered => !ReferenceEquals(State, StageState.None);

    /// <summary>When it became ready for its next step, as a timestamp of the engine's clock.</summary>
    public long ReadySince { get; set; }

    /// <summary>Seconds inside the networks, by stage index.</summary>
    public double[] Seconds { get; } = new double[request.StageCount];

    /// <summary>What goes on to the next stage; null between the prior and the decoder's end.</summary>
    public SignedImage? Picture { get; set; }
}

/// <summary>A lane's diffusion state in its present stage, in the layout the network takes.</summary>
/// <param name="Sampler">The update rule with this lane's history.</param>
/// <param name="Input">The lane's whole row of the network's sample: x_t first, then what is constant over the steps.</param>
/// <param name="Clean">x̂₀ of the last step.</param>
/// <param name="Guidance">w; 1 = off.</param>
/// <param name="GuidanceInterval">Where guidance is on.</param>
internal sealed record StageState(
    ISampler Sampler, float[] Input, float[] Clean, double Guidance, Models.GuidanceInterval GuidanceInterval)
{
    public static StageState None { get; } = new(null!, [], [], 1, Models.GuidanceInterval.Always);

    /// <summary>x_t.</summary>
    public Span<float> Noisy => Input.AsSpan(0, Clean.Length);

    /// <summary>What the network sees of this lane beside its sample; the stage knows its type.</summary>
    public object? Conditioning { get; init; }

    /// <summary>Loop counter, 0 … N−1; N when the stage is done.</summary>
    public int Step { get; set; }

    public int Steps => Sampler.Plan.Steps;

    public bool IsDone => Step == Steps;

    /// <summary>Whether the next step needs an unconditional row too.</summary>
    public bool IsGuided => Guidance != 1 && GuidanceInterval.Contains(Step, Steps);

    public int Rows => IsGuided ? 2 : 1;
}
