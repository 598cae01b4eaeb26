namespace PromptCanvas.Web.Resources;

/// <summary>Marker type of <c>Texts.resx</c>; each further language has its own resx file.</summary>
public sealed class Texts;
