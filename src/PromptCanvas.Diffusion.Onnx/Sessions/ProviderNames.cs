namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>The words that name an execution provider in the settings.</summary>
public static class ProviderNames
{
    /// <summary>CUDA where this build and machine have it, otherwise the CPU.</summary>
    public const string Auto = "Auto";

    /// <summary>The CPU.</summary>
    public const string Cpu = "Cpu";

    /// <summary>CUDA; the CPU with a warning where CUDA fails to start.</summary>
    public const string Cuda = "Cuda";

    /// <summary>Whether a setting names a provider: one of the three words, or a library that exists.</summary>
    /// <param name="setting">The configured value.</param>
    public static bool IsKnown(string? setting) =>
        Is(setting, Auto) || Is(setting, Cpu) || Is(setting, Cuda) || File.Exists(setting);

    internal static bool Is(string? setting, string word) => string.Equals(setting, word, StringComparison.OrdinalIgnoreCase);
}
