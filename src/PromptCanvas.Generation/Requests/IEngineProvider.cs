using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Requests;

/// <summary>This process's engines, one per model. Supplied by the host.</summary>
public interface IEngineProvider
{
    /// <summary>The model used when a request names none.</summary>
    string DefaultModel { get; }

    /// <summary>The installed models; may be empty.</summary>
    IReadOnlyList<string> Models { get; }

    /// <summary>Those of <see cref="Models"/> whose weights are in memory.</summary>
    IReadOnlyList<string> Loaded => [];

    /// <summary>The devices that run the engines now, in words; empty = unknown.</summary>
    string Device => "";

    /// <summary>Capacity of each model's engine.</summary>
    EngineCapacity Capacity => EngineCapacity.Of(new EngineOptions(), engines: 1);

    /// <summary>Whether engines run in this process. Otherwise they only check requests: a model's tokenizer and configuration are read, its weights are not.</summary>
    bool RunsHere => true;

    /// <summary>The model's engine; every call returns the same one. The provider owns and disposes it.</summary>
    /// <exception cref="Diffusion.ModelException">The model does not exist or is damaged.</exception>
    IImageEngine Get(string modelName);

    /// <summary>The model's tokenizer and captions; null if they are unknown.</summary>
    /// <exception cref="Diffusion.ModelException">The model does not exist or is damaged.</exception>
    ModelVocabulary? WordsOf(string modelName) => null;
}

internal static class Embedders
{
    /// <summary>The CLIP of a model's engine; null if engines do not run in this process, or it cannot embed these inputs.</summary>
    /// <exception cref="Diffusion.ModelException">The model does not exist or is damaged.</exception>
    public static IEmbedder? EmbedderOf(this IEngineProvider engines, string model, params IReadOnlyList<ConditioningInput> inputs) =>
        engines.RunsHere ? engines.EmbedderOf(engines.Get(model), inputs) : null;

    /// <inheritdoc cref="EmbedderOf(IEngineProvider, string, IReadOnlyList{ConditioningInput})"/>
    public static IEmbedder? EmbedderOf(this IEngineProvider engines, IImageEngine? engine, params IReadOnlyList<ConditioningInput> inputs) =>
        engines.RunsHere && engine is IEmbedder embedder && (inputs.Count == 0 || embedder.ValidateEmbedding(inputs) is null) ? embedder : null;
}
