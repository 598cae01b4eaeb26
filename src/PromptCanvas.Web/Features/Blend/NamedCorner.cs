namespace PromptCanvas.Web.Features.Blend;

/// <summary>A corner that the person may use.</summary>
/// <param name="Name">Display name: the phrase, or the picture's prompt.</param>
public sealed record NamedCorner(Corner Corner, string Name);
