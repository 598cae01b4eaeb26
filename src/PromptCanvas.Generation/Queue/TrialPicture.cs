using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Queue;

/// <summary>The small picture that each process with engines makes of its default model at startup.</summary>
public static class TrialPicture
{
    /// <summary>What is asked for.</summary>
    public static GenerationRequest Request { get; } = new()
    {
        Prompt = "a cube",
        Seed = 0,
        Count = 1,
        Size = 64,
        Overrides = new RecipeOverrides { PriorSteps = 2, DecoderSteps = 2 },
        PreviewsWanted = _ => false,
    };

    /// <summary>Its kind among the measured times; no job has it.</summary>
    internal const string Kind = "trial";
}

/// <summary>Takes the times of trial pictures: the speed of a machine that has made no other picture yet.</summary>
public interface ITrialTimes
{
    /// <param name="seconds">Seconds for the whole picture, without loading weights; ignored unless positive and finite.</param>
    void AddTrial(string model, double seconds);
}
