namespace PromptCanvas.Web.Features.Blend;

/// <summary>A corner that the person may use.</summary>
/// <param name="Name">What people call it: its phrase, the picture's prompt.</param>
public sealed record NamedCorner(Corner Corner, string Name);
