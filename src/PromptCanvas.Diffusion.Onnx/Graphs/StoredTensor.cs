namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>Where the values of an initializer lie.</summary>
/// <param name="Type">The ONNX number of their type.</param>
/// <param name="Shape">Their sizes.</param>
/// <param name="Location">The file, relative to the session's folder, with forward slashes.</param>
/// <param name="Offset">Their first byte in the file.</param>
/// <param name="Length">Their bytes.</param>
internal sealed record StoredTensor(int Type, IReadOnlyList<long> Shape, string Location, long Offset, long Length);

/// <summary>The numbers of ONNX's tensor types.</summary>
internal static class OnnxTypes
{
    public const int Float = 1;
    public const int UnsignedByte = 2;
    public const int Int64 = 7;
    public const int Float16 = 10;
    public const int BFloat16 = 16;

    /// <summary>The number of a stored type.</summary>
    public static int NumberOf(Checkpoints.TensorType type) => type switch
    {
        Checkpoints.TensorType.Float32 => Float,
        Checkpoints.TensorType.Float16 => Float16,
        Checkpoints.TensorType.BFloat16 => BFloat16,
        _ => Int64,
    };
}
