namespace PromptCanvas.Web.Features.Edit;

/// <summary>The picture on the Edit page's canvas: a finished one, or one that the person brought along.</summary>
/// <param name="Id">As jobs take it.</param>
/// <param name="Address">Its bytes.</param>
/// <param name="Prompt">What it was made from; "" for a picture brought along.</param>
public sealed record EditSource(Guid Id, string Address, int Width, int Height, string Prompt)
{
    /// <summary>The prompt to begin with; null = none.</summary>
    public string? Suggestion { get; init; }
}
