namespace PromptCanvas.Web.Features.Create;

/// <summary>The models, and whether the default one can be used.</summary>
public interface IModelStatus
{
    /// <summary>The models there are, the default first.</summary>
    IReadOnlyList<string> Models { get; }

    /// <summary>What is missing or damaged in the default model and what to do, in one sentence; null while nothing is known to be wrong.</summary>
    string? Problem { get; }
}
