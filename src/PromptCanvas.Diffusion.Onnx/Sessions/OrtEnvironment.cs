using Microsoft.ML.OnnxRuntime;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>ONNX Runtime's process-wide environment, with one thread pool for all networks.</summary>
/// <remarks>The runtime allows one environment in a process; the first to ask decides its number of threads.</remarks>
internal static class OrtEnvironment
{
    private static readonly Lock Gate = new();

    /// <summary>The environment, made on the first call.</summary>
    /// <param name="threads">Threads of the pool; 0 = all cores.</param>
    public static OrtEnv Get(int threads)
    {
        lock (Gate)
        {
            if (OrtEnv.IsCreated)
            {
                return OrtEnv.Instance();
            }

            // Spinning threads take cores from other processes: up to eleven times slower next to a busy one.
            using var threading = new OrtThreadingOptions
            {
                GlobalIntraOpNumThreads = threads > 0 ? threads : Environment.ProcessorCount,
                GlobalInterOpNumThreads = 1,
                GlobalSpinControl = false,
            };
            var options = new EnvironmentCreationOptions
            {
                logId = "PromptCanvas",
                logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
                threadOptions = threading,
            };
            return OrtEnv.CreateInstanceWithOptions(ref options);
        }
    }
}
