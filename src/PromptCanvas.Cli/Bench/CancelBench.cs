using System.Diagnostics;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;

namespace PromptCanvas.Cli.Bench;

/// <summary>Counts the network runs that start after a cancel, and times the end of the stream.</summary>
internal sealed class CancelBench(BenchContext bench)
{
    private const int Pictures = 4;

    public async Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken cancellationToken)
    {
        var meter = new NetworkMeter();
        using var engine = new ImageEngine(meter.Around(bench.Model), new EngineOptions());
        await RequestLatency.RunAsync(engine, Request(), null, cancellationToken).ConfigureAwait(false);
        var runs = new List<double>();
        var milliseconds = new List<double>();

        // Cancel at a different stage each time: prior, decoder, both upsamplers.
        for (var repeat = 0; repeat < bench.Repeats; repeat++)
        {
            var (begun, elapsed) = await OnceAsync(engine, meter, (repeat + 1.0) / (bench.Repeats + 1), cancellationToken).ConfigureAwait(false);
            runs.Add(begun);
            milliseconds.Add(elapsed);
        }

        return
        [
            BenchRow.Of("cancel: network runs started after it", "", runs),
            BenchRow.Of("cancel: until the engine is free", "ms", milliseconds),
        ];
    }

    private GenerationRequest Request() => new() { Prompt = "a red cube", Seed = 1, Count = Pictures, Size = bench.Size };

    private async Task<(double Begun, double Milliseconds)> OnceAsync(
        ImageEngine engine, NetworkMeter meter, double progress, CancellationToken cancellationToken)
    {
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var begun = 0;
        var cancelled = 0L;
        try
        {
            await foreach (var value in engine.GenerateAsync(Request(), cancelling.Token).ConfigureAwait(false))
            {
                if (value is StepCompleted step && step.Progress >= progress && cancelled == 0)
                {
                    cancelled = Stopwatch.GetTimestamp();
                    await cancelling.CancelAsync().ConfigureAwait(false);
                    begun = meter.Begun;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The next request's first network run starts as soon as this one has left the engine.
            var before = meter.Begun;
            var next = engine.GenerateAsync(Request() with { Count = 1, Size = bench.Model.Recipe.Sizes[0] }, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using var _ = next.ConfigureAwait(false);
            await next.MoveNextAsync().ConfigureAwait(false);
            return (before - begun, Stopwatch.GetElapsedTime(cancelled).TotalMilliseconds);
        }

        return (0, 0);
    }
}
