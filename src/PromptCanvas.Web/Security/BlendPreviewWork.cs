namespace PromptCanvas.Web.Security;

/// <summary>Marks endpoints that generate a blend preview. They have their own rate limit, because dragging the handle sends several requests per second.</summary>
internal sealed class BlendPreviewWork;
