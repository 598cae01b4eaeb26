namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>A notice for the operator about the execution provider in use.</summary>
/// <param name="Text">One sentence on one line.</param>
/// <param name="IsFault">Whether a setting could not be honoured; otherwise the notice is informational.</param>
public sealed record ProviderNotice(string Text, bool IsFault);
