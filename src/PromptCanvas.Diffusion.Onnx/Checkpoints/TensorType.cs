namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>How a tensor's values are stored in a safetensors file.</summary>
public enum TensorType
{
    /// <summary>32-bit floats.</summary>
    Float32,

    /// <summary>16-bit floats.</summary>
    Float16,

    /// <summary>The upper half of 32-bit floats.</summary>
    BFloat16,

    /// <summary>64-bit integers.</summary>
    Int64,
}

internal static class TensorTypes
{
    /// <summary>The type's name in a safetensors header.</summary>
    public static string HeaderName(this TensorType type) => type switch
    {
        TensorType.Float32 => "F32",
        TensorType.Float16 => "F16",
        TensorType.BFloat16 => "BF16",
        _ => "I64",
    };

    /// <summary>The size of one value in bytes.</summary>
    public static int Size(this TensorType type) => type switch
    {
        TensorType.Float32 => 4,
        TensorType.Int64 => 8,
        _ => 2,
    };

    /// <summary>The type of a header name; null when the engine does not read it.</summary>
    public static TensorType? Parse(string? headerName) => headerName switch
    {
        "F32" => TensorType.Float32,
        "F16" => TensorType.Float16,
        "BF16" => TensorType.BFloat16,
        "I64" => TensorType.Int64,
        _ => null,
    };
}
