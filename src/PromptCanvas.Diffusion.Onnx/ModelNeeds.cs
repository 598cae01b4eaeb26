namespace PromptCanvas.Diffusion.Onnx;

/// <summary>The disk and memory that a model needs.</summary>
/// <param name="Disk">Bytes of its weights' files.</param>
/// <param name="Memory">Bytes of its weights in memory, where all are 32-bit floats; pictures in the making come on top.</param>
public sealed record ModelNeeds(long Disk, long Memory);
