namespace PromptCanvas.Web.Resources;

/// <summary>Names the studio's texts: <c>Texts.resx</c> beside it, one file more for each language.</summary>
public sealed class Texts;
