using System.Globalization;

namespace PromptCanvas.Diffusion.Onnx.Memory;

/// <summary>Messages about memory.</summary>
internal static class MemorySentences
{
    private const double Gigabyte = 1e9;

    /// <summary>Why a network or model cannot be loaded, and the remedy.</summary>
    /// <param name="what">The network, or the model and its network.</param>
    /// <param name="needed">Bytes.</param>
    /// <param name="total">The machine's bytes.</param>
    /// <param name="isQuantized">Whether the remedy of 8-bit weights is already in use.</param>
    public static string TooLarge(string what, long needed, long total, bool isQuantized = false) =>
        $"{what} needs {Text(needed)} of memory and this machine has {Text(total)}: give it more, {(isQuantized ? "" : "or set Inference:Precision to Int8, ")}or choose a smaller model.";

    /// <summary>An amount as people write it.</summary>
    public static string Text(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / Gigabyte:0.0} GB");
}
