using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Cli.Bench;

/// <summary>All benchmarks, by their names for <c>--only</c>.</summary>
internal static class BenchCatalog
{
    /// <summary>Measures picture quality instead of time.</summary>
    public static BenchEntry Quality { get; } = new("quality", (bench, token) => new QualityBench(bench).RunAsync(token));

    /// <summary>The benchmarks that need a CUDA device.</summary>
    public static BenchEntry Gpu { get; } = new("gpu", (bench, token) => new GpuBench(bench).RunAsync(token));

    /// <summary>Several nodes; needs a PostgreSQL and a Redis.</summary>
    public static BenchEntry Cluster { get; } = new("cluster", (bench, token) => new ClusterBench(bench).RunAsync(token));

    /// <summary>The part of <see cref="Cluster"/> that starts processes of the program.</summary>
    public static BenchEntry Pages { get; } = new("cluster-pages", (bench, token) => new ClusterBench(bench).ProcessesAsync(token));

    /// <summary>The part of <see cref="Cluster"/> that measures whether people who come last wait for those before them.</summary>
    public static BenchEntry Fairness { get; } = new("cluster-fairness", (bench, token) => new ClusterBench(bench).FairnessAsync(token));

    /// <summary>The part of <see cref="Cluster"/> that sends previews between nodes of this process.</summary>
    public static BenchEntry Frames { get; } = new("cluster-frames", (bench, token) => new ClusterBench(bench).FramesAsync(token));

    /// <summary>All that <c>--only</c> knows.</summary>
    public static IEnumerable<BenchEntry> Named => [.. Entries, Cluster, Pages, Fairness, Frames];

    /// <summary>Those that run unless some are chosen.</summary>
    public static IReadOnlyList<BenchEntry> Entries { get; } =
    [
        new("cold-start", (bench, token) => new ColdStartBench(bench.Folder, bench.LargestSize, bench.Repeats).RunAsync(token)),
        new("pictures", (bench, token) => new PipelineBench(bench.Model, bench.Repeats).RunAsync(token)),
        new("networks", (bench, token) => Task.FromResult(
            new UNetBench(bench.Model, bench.Folder, new ExecutionProviders(bench.Inference), bench.Repeats).Run(bench.Batches, token))),
        new("torch", (bench, token) => new TorchBench(bench).RunAsync(token)),
        new("encode", (bench, _) => Task.FromResult(EncodeBench.Run(bench.Repeats))),
        new("batch-invariance", (bench, token) => new BatchInvarianceBench(bench).RunAsync(token)),
        new("cancel", (bench, token) => new CancelBench(bench).RunAsync(token)),
        new("cancel-load", (bench, token) => new CancelLoadBench(bench).RunAsync(token)),
        new("previews", (bench, token) => new PreviewBench(bench).RunAsync(token)),
        new("memory", (bench, token) => new MemoryBench(bench).RunAsync(token)),
        new("people", (bench, token) => new LoadBench(bench).ClosedLoopAsync(token)),
        new("arrivals", (bench, token) => new LoadBench(bench).ArrivalsAsync(token)),
        new("search", (bench, token) => Task.FromResult(SearchBench.Run(bench.Repeats, token))),
        new("queue", (_, token) => QueueBench.RunAsync(token)),
        new("neighbour", (bench, token) => new NeighbourBench(bench).RunAsync(token)),
    ];
}

/// <summary>One benchmark.</summary>
/// <param name="Name">Its name for <c>--only</c>.</param>
/// <param name="RunAsync">Runs it.</param>
internal sealed record BenchEntry(string Name, Func<BenchContext, CancellationToken, Task<IReadOnlyList<BenchRow>>> RunAsync);
