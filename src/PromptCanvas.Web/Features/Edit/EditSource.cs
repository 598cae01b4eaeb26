namespace PromptCanvas.Web.Features.Edit;

/// <summary>The picture on the canvas: a finished picture or an upload.</summary>
/// <param name="Id">Id of the picture or upload, as jobs accept it.</param>
/// <param name="Address">URL of its bytes.</param>
public sealed record EditSource(Guid Id, string Address, int Width, int Height)
{
    /// <summary>The initial prompt; null = none.</summary>
    public string? Suggestion { get; init; }
}
