namespace PromptCanvas.Diffusion.Models;

/// <summary>The models this installation has: every subfolder of the models folder with a <c>model_index.json</c>.</summary>
public interface IModelLibrary
{
    /// <summary>The name of the default model.</summary>
    string DefaultName { get; }

    /// <summary>The devices that run the networks now, in words: <c>CPU</c>, <c>CUDA GPU</c>; empty = unknown.</summary>
    string Device => "";

    /// <summary>The names of the models present now, in alphabetical order.</summary>
    IReadOnlyList<string> List();

    /// <summary>Opens a model; the second call for the same name gives the same model. The library disposes of it.</summary>
    /// <param name="name">A name from <see cref="List"/>.</param>
    /// <exception cref="ModelException">There is no such model, or it is damaged or of an unknown kind.</exception>
    UnClipModel Open(string name);

    /// <summary>Opens a model for every engine that is to run it, one a device; otherwise like <see cref="Open"/>.</summary>
    /// <param name="name">A name from <see cref="List"/>.</param>
    /// <returns>One at least; the first is the one <see cref="Open"/> gives.</returns>
    /// <exception cref="ModelException">There is no such model, or it is damaged or of an unknown kind.</exception>
    IReadOnlyList<UnClipModel> OpenForEngines(string name) => [Open(name)];
}
