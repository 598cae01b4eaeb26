namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>A notice for the operator about the execution provider in use.</summary>
/// <param name="Text">One sentence on one line.</param>
/// <param name="IsFault">Whether something that was asked for does not work; otherwise it is as it has to be here.</param>
public sealed record ProviderNotice(string Text, bool IsFault);
