using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Diffusion.Onnx.Sessions;

/// <summary>How cuDNN chooses the algorithm of a convolution.</summary>
public enum ConvolutionSearch
{
    /// <summary>By rule, at once.</summary>
    Heuristic,

    /// <summary>By timing all of them at each new shape: seconds a shape, and workspace for the largest.</summary>
    Exhaustive,

    /// <summary>cuDNN's default, without looking.</summary>
    Default,
}

/// <summary>How networks are run on a CUDA device: the section <c>Inference:Gpu</c>. <c>docs/gpu.md</c> has the reason of each default.</summary>
public sealed record GpuOptions
{
    /// <summary>How the algorithm of a convolution is chosen.</summary>
    /// <value>Default: <see cref="ConvolutionSearch.Heuristic"/>, because each size and number of rows is a new shape.</value>
    public ConvolutionSearch ConvolutionSearch { get; init; } = ConvolutionSearch.Heuristic;

    /// <summary>Whether products of 32-bit floats round their factors to 19 bits for the tensor cores; no effect on 16-bit networks.</summary>
    /// <value>Default: true, said explicitly: the runtime's own default has changed between versions.</value>
    public bool Tf32 { get; init; } = true;

    /// <summary>Whether convolutions run with channels last, as tensor cores read them.</summary>
    /// <value>Default: false, until it is measured.</value>
    public bool ChannelsLast { get; init; }

    /// <summary>Whether the arena grows by the requested size; otherwise it doubles, which can leave half of a small card unused.</summary>
    /// <value>Default: true.</value>
    public bool GrowsAsRequested { get; init; } = true;

    /// <summary>Whether weights are allocated outside the arena, so that scratch memory can be released completely.</summary>
    /// <value>Default: true.</value>
    public bool WeightsOutsideArena { get; init; } = true;

    /// <summary>Megabytes of device memory that a session may use; 0 = all of it.</summary>
    /// <value>Default: 0.</value>
    [Range(0, 1_000_000)]
    public int MemoryMegabytes { get; init; }

    /// <summary>Whether rows are padded to 1, 2, 4, 8, …, so that only few shapes occur.</summary>
    /// <value>Default: true.</value>
    public bool RowBuckets { get; init; } = true;

    /// <summary>The provider's options.</summary>
    /// <param name="device">Which of its devices.</param>
    internal Dictionary<string, string> ToProvider(int device)
    {
        var options = new Dictionary<string, string>
        {
            ["device_id"] = Invariant(device),
            ["cudnn_conv_algo_search"] = ConvolutionSearch switch
            {
                ConvolutionSearch.Exhaustive => "EXHAUSTIVE",
                ConvolutionSearch.Default => "DEFAULT",
                _ => "HEURISTIC",
            },
            ["use_tf32"] = Tf32 ? "1" : "0",
            ["prefer_nhwc"] = ChannelsLast ? "1" : "0",
            ["arena_extend_strategy"] = GrowsAsRequested ? "kSameAsRequested" : "kNextPowerOfTwo",
        };
        if (MemoryMegabytes > 0)
        {
            options["gpu_mem_limit"] = Invariant(MemoryMegabytes * 1_000_000L);
        }

        return options;
    }

    private static string Invariant(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
