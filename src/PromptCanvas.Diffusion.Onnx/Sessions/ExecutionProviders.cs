using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>Puts the chosen execution provider into sessions, or says once why the CPU runs them.</summary>
public sealed class ExecutionProviders
{
    private const string CudaProviderName = "CUDAExecutionProvider";

    private readonly string setting;
    private readonly int device;
    private readonly int threads;
    private readonly InferencePrecision precision;
    private readonly GpuOptions gpu;
    private readonly Action<ProviderNotice>? report;
    private readonly Lock gate = new();
    private bool cpuOnly;
    private bool cameUp;
    private bool reported;

    /// <summary>Chooses a provider; nothing is loaded yet.</summary>
    /// <param name="options">The provider and the number of threads.</param>
    /// <param name="report">Called at most once, when the CPU runs the networks though it was not named, with the reason.</param>
    public ExecutionProviders(InferenceOptions options, Action<ProviderNotice>? report = null)
        : this(options ?? throw new ArgumentNullException(nameof(options)), new InferenceDevice(options.ExecutionProvider, 0), report)
    {
    }

    internal ExecutionProviders(InferenceOptions options, InferenceDevice device, Action<ProviderNotice>? report)
    {
        setting = device.Provider;
        this.device = device.Index;
        threads = options.Threads;
        precision = options.Precision;
        gpu = options.Gpu;
        this.report = report;
        cpuOnly = ProviderNames.Is(setting, ProviderNames.Cpu);
        CacheFolder = options.GraphCache.Length > 0 ? options.GraphCache : null;
        Graphs = CacheFolder is null ? null : new GraphCache(CacheFolder, options.PackedGraphs);
    }

    /// <summary>The cache of data derived from weights; null = none.</summary>
    internal string? CacheFolder { get; }

    /// <summary>Graphs kept from one start to the next; null = none are kept.</summary>
    internal GraphCache? Graphs { get; }

    /// <summary>Whether the CPU runs the networks, so that graphs optimised for it are of use.</summary>
    internal bool UsesCpu => !IsAccelerated(OrtEnvironment.Get(threads));

    /// <summary>The device that runs the networks now, in words: <c>CPU</c>, <c>CUDA GPU</c>, or a plug-in's file name.</summary>
    /// <param name="isOneOfSeveral">Whether a GPU's number is named.</param>
    internal string Name(bool isOneOfSeveral)
    {
        if (UsesCpu)
        {
            return "CPU";
        }

        var isCuda = ProviderNames.Is(setting, ProviderNames.Auto) || ProviderNames.Is(setting, ProviderNames.Cuda);
        return (isCuda, isOneOfSeveral || device > 0) switch
        {
            (false, _) => Path.GetFileName(setting),
            (true, false) => "CUDA GPU",
            (true, true) => string.Create(CultureInfo.InvariantCulture, $"CUDA GPU {device}"),
        };
    }

    /// <summary>Puts another provider into a session; null = the one the setting names.</summary>
    internal Action<SessionOptions>? Append { get; init; }

    /// <summary>Whether networks compute in 16-bit floats where they run on the accelerator.</summary>
    internal bool UsesHalf => precision == InferencePrecision.Fp16 || (precision == InferencePrecision.Auto && (ProviderNames.Is(setting, ProviderNames.Auto) || ProviderNames.Is(setting, ProviderNames.Cuda)));

    /// <summary>Whether the linear layers have 8-bit weights.</summary>
    internal bool IsQuantized => UsesCpu && precision == InferencePrecision.Int8;

    /// <summary>Whether the accelerator's rows are filled up to few sizes.</summary>
    internal bool UsesRowBuckets => gpu.RowBuckets && !UsesCpu;

    /// <summary>The arenas whose scratch is given back, as the runtime names them.</summary>
    internal string Arenas => UsesCpu ? "cpu:0" : string.Create(CultureInfo.InvariantCulture, $"cpu:0;gpu:{device}");

    /// <summary>Creates a session with the chosen provider, or with the CPU when that one fails at any point of it.</summary>
    /// <param name="create">Creates a session from options; called again for the CPU.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <param name="accelerated">Creates the session on an accelerator; null = as on the CPU.</param>
    /// <param name="freeMemory">Frees unused networks on the device before a session that does not fit falls back to the CPU; null = nothing can be freed.</param>
    /// <exception cref="OnnxRuntimeException">Not even the CPU can: the model is at fault, not the provider.</exception>
    /// <exception cref="OperationCanceledException">Loading was stopped.</exception>
    internal InferenceSession CreateSession(
        Func<SessionOptions, InferenceSession> create,
        Func<SessionOptions, InferenceSession>? accelerated = null,
        Func<bool>? freeMemory = null,
        CancellationToken cancellationToken = default)
    {
        var environment = OrtEnvironment.Get(threads);
        if (!IsAccelerated(environment))
        {
            SayIfCudaIsAbsent();
            return OnCpu(create, cancellationToken);
        }

        // Some providers refuse only when a session is made (a device without 16-bit floats, say), so both are tried together.
        try
        {
            return OnAccelerator(environment, accelerated ?? create, cancellationToken);
        }
        catch (Exception fault) when (IsProvidersFault(fault) && CameUp && freeMemory?.Invoke() == true)
        {
            // The device was out of memory and has some now. If it fails again, this session alone falls back to the CPU.
            return CreateSession(create, accelerated, cancellationToken: cancellationToken);
        }
        catch (Exception fault) when (IsProvidersFault(fault))
        {
            var session = OnCpu(create, cancellationToken);
            FallBack(fault);
            return session;
        }
    }

    private bool CameUp
    {
        get
        {
            lock (gate)
            {
                return cameUp;
            }
        }
    }

    private static bool IsProvidersFault(Exception fault) =>
        fault is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException or ArgumentException;

    private static InferenceSession OnCpu(Func<SessionOptions, InferenceSession> create, CancellationToken cancellationToken)
    {
        using var options = CommonOptions();
        return Create(create, options, cancellationToken);
    }

    private InferenceSession OnAccelerator(OrtEnv environment, Func<SessionOptions, InferenceSession> create, CancellationToken cancellationToken)
    {
        using var options = CommonOptions();
        AppendAccelerator(environment, options);
        lock (gate)
        {
            cameUp = true;
        }

        return Create(create, options, cancellationToken);
    }

    /// <summary>The precision on the CPU; reports once if it differs from the setting.</summary>
    internal InferencePrecision CpuPrecision()
    {
        if (precision == InferencePrecision.Fp16)
        {
            Report(new ProviderNotice("Inference:Precision is Fp16, but the CPU runs the networks: it computes in 32-bit floats, which is as fast here.", IsFault: false));
        }

        return precision == InferencePrecision.Int8 ? InferencePrecision.Int8 : InferencePrecision.Fp32;
    }

    /// <summary>Creates a session; a stop ends the loading between two of its steps.</summary>
    private static InferenceSession Create(Func<SessionOptions, InferenceSession> create, SessionOptions options, CancellationToken cancellationToken)
    {
        using var stop = cancellationToken.UnsafeRegister(static options => StopLoading((SessionOptions)options!), options);
        try
        {
            return create(options);
        }
        catch (OnnxRuntimeException fault) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("Loading was stopped.", fault, cancellationToken);
        }
    }

    private static SessionOptions CommonOptions()
    {
        var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        options.DisablePerSessionThreads();
        return options;
    }

    private void AppendCuda(OrtEnv environment, SessionOptions options)
    {
        if (environment.GetAvailableProviders().Contains(CudaProviderName) && CudaLibraries.FirstMissing() is { } missing)
        {
            throw new DllNotFoundException(missing);
        }

        // The form with an options object fails with a message; the one with a device number looks for a missing entry point.
        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(gpu.ToProvider(device));
        options.AppendExecutionProvider_CUDA(cuda);
        options.AddSessionConfigEntry("session.use_device_allocator_for_initializers", gpu.WeightsOutsideArena ? "1" : "0");
    }

    private bool IsAccelerated(OrtEnv environment)
    {
        lock (gate)
        {
            return !cpuOnly && (!ProviderNames.Is(setting, ProviderNames.Auto) || environment.GetAvailableProviders().Contains(CudaProviderName));
        }
    }

    private void AppendAccelerator(OrtEnv environment, SessionOptions options)
    {
        if (Append is not null)
        {
            Append(options);
        }
        else if (ProviderNames.Is(setting, ProviderNames.Auto) || ProviderNames.Is(setting, ProviderNames.Cuda))
        {
            AppendCuda(environment, options);
        }
        else
        {
            var devices = PluginLibraries.Devices(environment, Path.GetFullPath(setting));
            options.AppendExecutionProvider(environment, devices, new Dictionary<string, string>());
        }
    }

    /// <summary>A provider that never came up is not tried again; one that was out of memory for a session still runs the others.</summary>
    private void FallBack(Exception fault)
    {
        bool one;
        lock (gate)
        {
            one = cameUp;
            cpuOnly = !one;
        }

        var named = ProviderNames.Is(setting, ProviderNames.Cuda) && device > 0 ? $"{setting}:{device}" : setting;
        Report(new ProviderNotice(
            one
                ? $"The execution provider '{named}' cannot take a network, so the CPU runs that one: {fault.Message.ReplaceLineEndings(" ")}"
                : $"The execution provider '{named}' does not come up, so the CPU runs the networks: {fault.Message.ReplaceLineEndings(" ")}",
            IsFault: true));
    }

    private void SayIfCudaIsAbsent()
    {
        if (ProviderNames.Is(setting, ProviderNames.Auto))
        {
            Report(new ProviderNotice(
                $"The CPU runs the networks: the execution provider is {ProviderNames.Auto}, and this build has no CUDA (-p:Accelerator=cuda builds one for NVIDIA GPUs).",
                IsFault: false));
        }
    }

    private void Report(ProviderNotice notice)
    {
        lock (gate)
        {
            if (reported)
            {
                return;
            }

            reported = true;
        }

        report?.Invoke(notice);
    }

    // Runs on the thread that cancels, which must not get the loader's faults. A load that cannot be stopped ends by itself.
    private static void StopLoading(SessionOptions options)
    {
        try
        {
            options.SetLoadCancellationFlag(true);
        }
        catch (OnnxRuntimeException fault)
        {
            System.Diagnostics.Trace.TraceWarning($"Loading could not be stopped: {fault.Message}");
        }
    }
}
