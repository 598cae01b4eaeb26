using Microsoft.ML.OnnxRuntime;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>The plug-in provider libraries registered with the process's environment, each once.</summary>
internal static class PluginLibraries
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, OrtEpDevice[]> Registered = new(StringComparer.Ordinal);

    /// <summary>Registers a library where that has not happened yet, and gives its first device.</summary>
    /// <param name="environment">The process's environment.</param>
    /// <param name="path">The library.</param>
    /// <returns>One device, or none where the library finds no hardware it can use.</returns>
    /// <exception cref="OnnxRuntimeException">The library cannot be loaded, or is no provider.</exception>
    public static OrtEpDevice[] Devices(OrtEnv environment, string path)
    {
        lock (Gate)
        {
            if (!Registered.TryGetValue(path, out var devices))
            {
                var before = environment.GetEpDevices().Count;
                environment.RegisterExecutionProviderLibrary($"PromptCanvas.{Registered.Count}", path);
                devices = [.. environment.GetEpDevices().Skip(before).Take(1)];
                Registered.Add(path, devices);
            }

            return devices;
        }
    }
}
