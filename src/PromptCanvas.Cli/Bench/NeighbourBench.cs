using System.Diagnostics;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;

namespace PromptCanvas.Cli.Bench;

/// <summary>One person who requests one picture at a time, alone and next to another who requests ten per minute.</summary>
internal sealed class NeighbourBench(BenchContext bench)
{
    private const int BigJob = GenerationRequest.MaximumCount;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>Pause between two requests, so that they start at different points of the large job.</summary>
    private static readonly TimeSpan Thought = TimeSpan.FromSeconds(1);

    public async Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken cancellationToken)
    {
        using var engine = new ImageEngine(bench.Model, new EngineOptions());
        await OneAsync(engine, cancellationToken).ConfigureAwait(false);
        var alone = new List<double>();
        for (var repeat = 0; repeat < bench.Repeats; repeat++)
        {
            alone.Add((await OneAsync(engine, cancellationToken).ConfigureAwait(false)).Finished);
        }

        var median = BenchRow.Of("", "s", alone).Median;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var neighbour = NeighbourAsync(engine, over.Token);
        var start = Stopwatch.GetTimestamp();
        var all = new List<double>();
        var busy = new List<double>();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < bench.Seconds)
        {
            var contended = !neighbour.IsCompleted && neighbourBusy;
            var visit = await OneAsync(engine, cancellationToken).ConfigureAwait(false);
            all.Add(visit.Finished / median);
            if (contended)
            {
                busy.Add(visit.Finished / median);
            }

            await Task.Delay(Thought, cancellationToken).ConfigureAwait(false);
        }

        await over.CancelAsync().ConfigureAwait(false);
        await neighbour.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var rows = new List<BenchRow>
        {
            BenchRow.Of($"one picture of {bench.Size}², alone", "s", alone),
            BenchRow.Of($"one picture next to a {BigJob}-picture job per minute, relative to its time alone: mean", "times", [all.Average()]),
            BenchRow.Of("… every request", "times", all),
        };
        if (busy.Count > 0)
        {
            rows.Add(BenchRow.Of("… requests that started while the large job ran", "times", busy));
        }

        return rows;
    }

    private volatile bool neighbourBusy;

    private Task<RequestLatency> OneAsync(ImageEngine engine, CancellationToken cancellationToken) =>
        RequestLatency.RunAsync(engine, new GenerationRequest { Prompt = "a red cube", Seed = 1, Count = 1, Size = bench.Size, Person = "one" }, null, cancellationToken);

    private async Task NeighbourAsync(ImageEngine engine, CancellationToken cancellationToken)
    {
        while (true)
        {
            var start = Stopwatch.GetTimestamp();
            neighbourBusy = true;
            await RequestLatency.RunAsync(
                engine,
                new GenerationRequest { Prompt = "a blue sphere", Seed = 2, Count = BigJob, Size = bench.Size, Person = "ten" },
                null,
                cancellationToken).ConfigureAwait(false);
            neighbourBusy = false;
            var rest = Minute - Stopwatch.GetElapsedTime(start);
            if (rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
