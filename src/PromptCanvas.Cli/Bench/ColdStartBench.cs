using System.Diagnostics;

namespace PromptCanvas.Cli.Bench;

/// <summary>Times a new process from its start to its first finished picture.</summary>
internal sealed class ColdStartBench(string modelFolder, int size, int repeats)
{
    public async Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var repeat = 0; repeat < repeats; repeat++)
        {
            times.Add(await OnceAsync(cancellationToken).ConfigureAwait(false));
        }

        return [BenchRow.Of($"cold start to the first picture of {size}²", "s", times)];
    }

    private async Task<double> OnceAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("promptcanvas-bench-");
        try
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            {
                start.ArgumentList.Add(typeof(ColdStartBench).Assembly.Location);
            }

            foreach (var argument in new[] { "generate", "a red cube", "-n", "1", "--seed", "1", "--size", $"{size}", "--model", modelFolder, "--out", folder.FullName })
            {
                start.ArgumentList.Add(argument);
            }

            var began = Stopwatch.GetTimestamp();
            using var process = Process.Start(start)!;
            await process.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false);
            var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return process.ExitCode == 0
                ? seconds
                : throw new InvalidOperationException($"generate ended with exit code {process.ExitCode}.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
