namespace PromptCanvas.Web.Features.Change;

/// <summary>The picture that is changed.</summary>
/// <param name="Id">Id of a picture or an upload.</param>
/// <param name="Side">Its longer side in pixels.</param>
/// <param name="Prompt">Its prompt; "" when unknown.</param>
public sealed record ChangeSource(Guid Id, string Address, int Side, string Prompt);
