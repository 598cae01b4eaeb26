using System.Runtime.InteropServices;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>The libraries CUDA needs beside the driver. A missing one would otherwise show at the first convolution, minutes later.</summary>
internal static class CudaLibraries
{
    private static readonly (string File, string Package)[] Linux =
    [
        ("libcuda.so.1", "the NVIDIA driver"),
        ("libcudart.so.13", "the CUDA 13 runtime"),
        ("libcublasLt.so.13", "cuBLAS 13"),
        ("libcublas.so.13", "cuBLAS 13"),
        ("libcurand.so.10", "cuRAND"),
        ("libcufft.so.12", "cuFFT"),
        ("libcudnn.so.9", "cuDNN 9"),
    ];

    /// <summary>Loads every library, which stays loaded for the runtime.</summary>
    /// <returns>The first that cannot be loaded, as a sentence's beginning; null where all are there, or on another system.</returns>
    public static string? FirstMissing() => OperatingSystem.IsLinux() ? FirstMissing(file => NativeLibrary.TryLoad(file, out _)) : null;

    /// <summary>The same with another way to load.</summary>
    internal static string? FirstMissing(Func<string, bool> load)
    {
        foreach (var (file, package) in Linux)
        {
            if (!load(file))
            {
                return $"{file} cannot be loaded: install {package} (docs/gpu.md has the list)";
            }
        }

        return null;
    }
}
