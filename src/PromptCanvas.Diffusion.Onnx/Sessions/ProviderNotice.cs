namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>What the person who runs the studio should know about what runs its networks.</summary>
/// <param name="Text">One sentence on one line.</param>
/// <param name="IsFault">Whether something that was asked for does not work; otherwise it is as it has to be here.</param>
public sealed record ProviderNotice(string Text, bool IsFault);
