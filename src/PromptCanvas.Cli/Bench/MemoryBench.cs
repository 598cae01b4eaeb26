using System.Globalization;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx;

namespace PromptCanvas.Cli.Bench;

/// <summary>Resident memory that each network adds with its first run, next to the size of its weights.</summary>
internal sealed class MemoryBench(BenchContext bench)
{
    private const double Megabyte = 1e6;

    private readonly Dictionary<string, double> added = [];

    public async Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken cancellationToken)
    {
        // A separate library, whose networks are not loaded yet.
        var folder = Path.GetDirectoryName(bench.Folder)!;
        using var library = new OnnxModelLibrary(folder, Path.GetFileName(bench.Folder), bench.Inference);
        var meter = new NetworkMeter { Wrapper = Watch };
        using var engine = new ImageEngine(meter.Around(library.OpenFolder(bench.Folder)), new EngineOptions());
        var before = Resident();
        await RequestLatency.RunAsync(
            engine, new GenerationRequest { Prompt = "a cube", Seed = 1, Count = 1, Size = bench.LargestSize }, null, cancellationToken).ConfigureAwait(false);
        var after = Resident();
        var rows = new List<BenchRow>();
        var whole = 0.0;
        foreach (var (network, megabytes) in added)
        {
            var weights = Directory.EnumerateFiles(NetworkRunner.WeightsFolder(bench.Folder, network), "*.safetensors").Sum(file => new FileInfo(file).Length) / Megabyte;
            whole += weights;
            rows.Add(BenchRow.Of($"{network} ({weights:0.0} MB of weights): memory after its first run", "MB", [megabytes]));
        }

        rows.Add(BenchRow.Of($"all networks ({whole:0.0} MB of weights) and one picture of {bench.LargestSize}²: memory added", "MB", [after - before]));
        rows.Add(BenchRow.Of("the whole process", "MB", [after]));
        return rows;
    }

    private WatchedNetwork Watch(INetwork network) => new(network, this);

    /// <summary>Resident memory of this process in MB, after a garbage collection.</summary>
    private static double Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        if (!OperatingSystem.IsLinux())
        {
            return Environment.WorkingSet / Megabyte;
        }

        var line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / Megabyte;
    }

    private sealed class WatchedNetwork(INetwork inner, MemoryBench bench) : ForwardingNetwork(inner)
    {
        public override IReadOnlyDictionary<string, NetworkTensor> Run(IReadOnlyDictionary<string, NetworkTensor> inputs, CancellationToken cancellationToken)
        {
            if (bench.added.ContainsKey(Name))
            {
                return Inner.Run(inputs, cancellationToken);
            }

            var before = Resident();
            var outputs = Inner.Run(inputs, cancellationToken);
            bench.added[Name] = Resident() - before;
            return outputs;
        }
    }
}
