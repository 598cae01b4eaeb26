using System.Diagnostics;
using System.Globalization;
using PromptCanvas.Cli.Options;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Cli.Bench;

/// <summary>All benchmarks that need a GPU, in one run of at most ten minutes: each setting compared with the default, and the difference to the CPU's results.</summary>
/// <param name="bench">The model and the repeats.</param>
/// <param name="device">The execution provider; tests use the CPU.</param>
internal sealed class GpuBench(BenchContext bench, string device = ProviderNames.Cuda)
{
    private const int Rows = 8;
    private const int RunsPerMeasurement = 5;
    private const double MillisecondsPerSecond = 1000;
    private const int ProbeChannels = 16;
    private const int ProbeSide = 8;

    /// <summary>No benchmark starts after this time; the last may take a minute.</summary>
    private static readonly TimeSpan LastBegin = TimeSpan.FromMinutes(8.5);

    private static readonly int[] Batches = [1, 2, 4, 8, 16];

    private readonly long start = Stopwatch.GetTimestamp();
    private readonly List<BenchRow> rows = [];

    private InferenceOptions Default => bench.Inference with { ExecutionProvider = device, Devices = "", GraphCache = "" };

    /// <exception cref="BadInputException">There is no such device.</exception>
    public async Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken cancellationToken)
    {
        // Fail at once without a device: the CPU's reference run takes a while.
        new ConvolutionProbe(ProbeChannels, ProbeSide, new ExecutionProviders(Default, Refuse)).Dispose();
        var inputs = UNetBench.DecoderInputs(bench.Model, UNetBench.ShapesOf(NetworkRunner.WeightsFolder(bench.Folder, bench.Model.Decoder.Network.Name)), Rows);
        Randomise(inputs[NetworkNames.Sample].Floats);
        Randomise(inputs[bench.Model.TextProjection is null ? NetworkNames.ImageEmbeds : NetworkNames.EncoderHiddenStates].Floats);
        var reference = OnCpu(inputs, cancellationToken);
        Variant("fp16 (default)", Default, inputs, reference, cancellationToken);
        BatchesOf(cancellationToken);
        Variant("fp32 with TF32", Default with { Precision = InferencePrecision.Fp32 }, inputs, reference, cancellationToken);
        Variant("fp32 without TF32", Default with { Precision = InferencePrecision.Fp32, Gpu = new GpuOptions { Tf32 = false } }, inputs, reference, cancellationToken);
        Variant("fp16, channels last", Default with { Gpu = new GpuOptions { ChannelsLast = true } }, inputs, reference, cancellationToken);
        Variant("fp16, exhaustive search", Default with { Gpu = new GpuOptions { ConvolutionSearch = ConvolutionSearch.Exhaustive } }, inputs, reference, cancellationToken);
        Variant("fp16, arena that doubles", Default with { Gpu = new GpuOptions { GrowsAsRequested = false, WeightsOutsideArena = false } }, inputs, reference, cancellationToken);
        await PicturesAsync(cancellationToken).ConfigureAwait(false);
        return rows;
    }

    private bool IsLate => Stopwatch.GetElapsedTime(start) > LastBegin;

    private static void Randomise(float[] values)
    {
        var random = new Random(1);
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = (float)((2 * random.NextDouble()) - 1);
        }
    }

    private float[] OnCpu(Dictionary<string, NetworkTensor> inputs, CancellationToken cancellationToken)
    {
        var options = bench.Inference with { ExecutionProvider = ProviderNames.Cpu, Devices = "", Precision = InferencePrecision.Fp32 };
        using var network = NetworkRunner.Open(bench.Folder, bench.Model.Decoder.Network.Name, new ExecutionProviders(options));
        return network.Run(inputs, cancellationToken)[NetworkNames.Sample].Floats;
    }

    /// <summary>One configuration of the decoder: load time, time per row, memory, difference to the CPU.</summary>
    private void Variant(string name, InferenceOptions options, Dictionary<string, NetworkTensor> inputs, float[] reference, CancellationToken cancellationToken)
    {
        if (IsLate)
        {
            return;
        }

        using var network = Open(options);
        var began = Stopwatch.GetTimestamp();
        var output = network.Run(inputs, cancellationToken)[NetworkNames.Sample].Floats;
        rows.Add(BenchRow.Of($"decoder, {name}: load and first run of {Rows} rows", "s", [Stopwatch.GetElapsedTime(began).TotalSeconds]));
        rows.Add(BenchRow.Of($"decoder, {name}: a row of {Rows}", "ms", Times(network, inputs, Rows, cancellationToken)));
        rows.Add(BenchRow.Of($"decoder, {name}: largest difference to the CPU", "", [output.Zip(reference, (left, right) => Math.Abs(left - right)).Max()]));
        if (DeviceMegabytes() is { } megabytes)
        {
            rows.Add(BenchRow.Of($"decoder, {name}: memory of the device in use", "MB", [megabytes]));
        }
    }

    /// <summary>The gain from batching: on a GPU a row of a large batch costs less than one alone.</summary>
    private void BatchesOf(CancellationToken cancellationToken)
    {
        using var network = Open(Default);
        var shapes = UNetBench.ShapesOf(NetworkRunner.WeightsFolder(bench.Folder, bench.Model.Decoder.Network.Name));
        var medians = new List<double>();
        foreach (var batch in Batches.TakeWhile(_ => !IsLate))
        {
            var inputs = UNetBench.DecoderInputs(bench.Model, shapes, batch);
            network.Run(inputs, cancellationToken);
            rows.Add(BenchRow.Of($"decoder row, batch {batch}", "ms", Times(network, inputs, batch, cancellationToken)));
            medians.Add(rows[^1].Median);
        }

        rows.Add(BenchRow.Of($"rows a second, batch {Batches[medians.Count - 1]} of batch 1", "×", [medians[0] / medians[^1]]));
    }

    /// <summary>Whole pictures: first preview, four finished ones, the share outside the networks.</summary>
    private async Task PicturesAsync(CancellationToken cancellationToken)
    {
        if (IsLate)
        {
            return;
        }

        using var library = new OnnxModelLibrary(Path.GetDirectoryName(bench.Folder)!, Path.GetFileName(bench.Folder), Default, Refuse);
        rows.AddRange(await new PipelineBench(library.OpenFolder(bench.Folder), bench.Repeats).RunAsync(cancellationToken).ConfigureAwait(false));
    }

    private INetwork Open(InferenceOptions options) =>
        NetworkRunner.Open(bench.Folder, bench.Model.Decoder.Network.Name, new ExecutionProviders(options, Refuse));

    private static void Refuse(ProviderNotice notice)
    {
        if (notice.IsFault)
        {
            throw new BadInputException($"bench --gpu needs a CUDA device. {notice.Text}");
        }
    }

    private double[] Times(INetwork network, Dictionary<string, NetworkTensor> inputs, int batch, CancellationToken cancellationToken)
    {
        var times = new double[bench.Repeats];
        for (var repeat = 0; repeat < times.Length; repeat++)
        {
            var began = Stopwatch.GetTimestamp();
            for (var run = 0; run < RunsPerMeasurement; run++)
            {
                network.Recycle(network.Run(inputs, cancellationToken)[NetworkNames.Sample]);
            }

            times[repeat] = MillisecondsPerSecond * Stopwatch.GetElapsedTime(began).TotalSeconds / (RunsPerMeasurement * batch);
        }

        return times;
    }

    /// <summary>The memory in use as reported by the driver; null if nvidia-smi is not installed.</summary>
    private static double? DeviceMegabytes()
    {
        var start = new ProcessStartInfo("nvidia-smi") { RedirectStandardOutput = true, ArgumentList = { "--query-gpu=memory.used", "--format=csv,noheader,nounits" } };
        try
        {
            using var process = Process.Start(start)!;
            var line = process.StandardOutput.ReadLine();
            process.WaitForExit();
            return double.TryParse(line, CultureInfo.InvariantCulture, out var megabytes) ? megabytes : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
