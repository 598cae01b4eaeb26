namespace PromptCanvas.Web.Features.Create;

/// <summary>The models, and whether the default one can be used.</summary>
public interface IModelStatus
{
    /// <summary>The models there are, the default first.</summary>
    IReadOnlyList<string> Models { get; }

    /// <summary>What is missing or damaged in the default model and what to do, in one sentence; null while nothing is known to be wrong.</summary>
    string? Problem { get; }

    /// <summary>The words at a prompt's end that a model does not read; empty when it reads all of them, or is not open yet.</summary>
    /// <param name="model">Null = the default one.</param>
    string UnreadPart(string? model, string prompt);
}
