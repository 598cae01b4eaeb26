namespace PromptCanvas.Web.Features.Change;

/// <summary>The picture that is changed by words.</summary>
/// <param name="Id">A picture's or an upload's.</param>
/// <param name="Prompt">What it shows; "" when nobody has said.</param>
public sealed record ChangeSource(Guid Id, string Address, string Prompt);
