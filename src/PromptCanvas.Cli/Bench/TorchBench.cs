using System.Diagnostics;
using System.Globalization;
using PromptCanvas.Cli.Options;

namespace PromptCanvas.Cli.Bench;

/// <summary>A decoder row compared with PyTorch on the same weights, both in 32-bit floats, alternating. Needs Python with PyTorch.</summary>
internal sealed class TorchBench(BenchContext bench)
{
    private const string Script = "models/training/forward_time.py";
    private const int MostRows = 4;
    private const int MillisecondsPerSecond = 1000;

    /// <summary>Enough for a CPU clock with a resolution of 10 ms, and one run of a decoder of Karlo's size.</summary>
    private const double OperationsPerMeasurement = 65e9;

    public async Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken cancellationToken)
    {
        if (bench.Model.Latents is not null)
        {
            await Console.Error.WriteLineAsync($"There is no PyTorch counterpart of the decoder of {bench.Model.Name}.").ConfigureAwait(false);
            return [];
        }

        var decoder = bench.Model.Decoder.Network;
        var folder = Path.Combine(bench.Folder, decoder.Name);
        var grid = UNetBench.Grid(bench.Model);
        var rows = Math.Min(MostRows, decoder.RowLimit(grid));
        var runs = Math.Max(1, (int)(OperationsPerMeasurement / (rows * decoder.OperationsPerRow(grid))));
        var inputs = UNetBench.DecoderInputs(bench.Model, UNetBench.ShapesOf(folder), rows);
        decoder.Run(inputs, cancellationToken);
        using var torch = Start(folder, rows, UNetBench.Tokens(bench.Model));
        if (await torch.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false) != "ready")
        {
            var reason = (await torch.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false)).Trim().Split('\n')[^1];
            await Console.Error.WriteLineAsync($"PyTorch is not available: {reason} (on Debian: apt-get install python3-torch, and run this in the repository)").ConfigureAwait(false);
            return [];
        }

        double Each(double seconds) => MillisecondsPerSecond * seconds / (runs * rows);
        var (own, others, ratios) = (new List<double>(), new List<double>(), new List<double>());
        for (var repeat = 0; repeat < bench.Repeats; repeat++)
        {
            own.Add(UNetBench.ProcessorSeconds(() => decoder.Run(inputs, cancellationToken), runs));
            await torch.StandardInput.WriteLineAsync($"{runs}".AsMemory(), cancellationToken).ConfigureAwait(false);
            await torch.StandardInput.FlushAsync(cancellationToken).ConfigureAwait(false);
            others.Add(double.Parse((await torch.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false))!, CultureInfo.InvariantCulture));
            ratios.Add(others[^1] / own[^1]);
        }

        return
        [
            BenchRow.Of($"decoder row, batch {rows}, CPU time", "ms", [.. own.Select(Each)]),
            BenchRow.Of("… PyTorch's, one thread, the same weights", "ms", [.. others.Select(Each)]),
            BenchRow.Of("… PyTorch's relative to ours", "×", ratios),
        ];
    }

    private static Process Start(string decoder, int rows, int tokens)
    {
        // Debian's PyTorch is installed for the system's Python, which may not be first in the path.
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("PYTHON") ?? "/usr/bin/python3")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["OMP_NUM_THREADS"] = "1" },
        };
        foreach (var argument in new[] { Script, decoder, $"{rows}", $"{tokens}" })
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new BadInputException("Python could not be started.");
    }
}
