using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Requests;

/// <summary>The engines this process runs, one a model. The host supplies it.</summary>
public interface IEngineProvider
{
    /// <summary>The model used when nobody names one.</summary>
    string DefaultModel { get; }

    /// <summary>The models there are now; empty on an installation without any.</summary>
    IReadOnlyList<string> Models { get; }

    /// <summary>What each model's engine has room for.</summary>
    EngineCapacity Capacity => EngineCapacity.Of(new EngineOptions(), engines: 1);

    /// <summary>The model's engine; the same one on every call. The provider disposes of it.</summary>
    /// <exception cref="Diffusion.Models.ModelException">There is no such model, or it is damaged.</exception>
    IImageEngine Get(string modelName);

    /// <summary>How a model reads words; null where nothing is known of it.</summary>
    /// <exception cref="Diffusion.Models.ModelException">There is no such model, or it is damaged.</exception>
    ModelVocabulary? WordsOf(string modelName) => null;
}
