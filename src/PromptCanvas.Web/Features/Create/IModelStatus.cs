using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Web.Features.Create;

/// <summary>The available models and the health of the default one.</summary>
public interface IModelStatus
{
    /// <summary>The available models, the default first.</summary>
    IReadOnlyList<string> Models { get; }

    /// <summary>The problem of the default model (missing or damaged files) and its fix, in one sentence; null while no problem is known.</summary>
    string? Problem { get; }

    /// <summary>The end of a prompt that a model truncates; empty when the model reads everything or is not loaded yet.</summary>
    /// <param name="model">Null = the default one.</param>
    string UnreadPart(string? model, string prompt);

    /// <summary>The sizes that a model's pictures can have, largest first; the standard ones while it is not loaded.</summary>
    /// <param name="model">Null = the default one.</param>
    IReadOnlyList<OfferedSize> Sizes(string? model);

    /// <summary>Whether a model makes squares only, so that other pictures are composed of several; true while it is not loaded.</summary>
    /// <param name="model">Null = the default one.</param>
    bool MakesSquaresOnly(string? model);

    /// <summary>Whether a model draws drafts, which it enlarges later; true while it is not loaded.</summary>
    /// <param name="model">Null = the default one.</param>
    bool DrawsDrafts(string? model);

    /// <summary>A model's own decoder steps and guidance; null while it is not loaded.</summary>
    /// <param name="model">Null = the default one.</param>
    StageRecipe? DecoderDefaults(string? model);
}
