namespace PromptCanvas.Web.Security;

/// <summary>Marks endpoints that draw a sketch: they have a limit of their own, for a moving hand asks several times a second.</summary>
internal sealed class BlendPreviewWork;
