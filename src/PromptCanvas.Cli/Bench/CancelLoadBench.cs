using System.Diagnostics;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx;

namespace PromptCanvas.Cli.Bench;

/// <summary>Cancels a job while its decoder is being loaded, and times the start of the next job. The weights come from the graph cache.</summary>
internal sealed class CancelLoadBench(BenchContext bench)
{
    private const int Pictures = 4;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private readonly DecoderWatch watch = new();

    public async Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken cancellationToken)
    {
        // The first load may write the cache; the second is like those that are cancelled.
        await FullLoadAsync(cancellationToken).ConfigureAwait(false);
        var load = await FullLoadAsync(cancellationToken).ConfigureAwait(false);
        var (ended, next) = (new List<double>(), new List<double>());
        for (var repeat = 0; repeat < bench.Repeats; repeat++)
        {
            var (end, start) = await OnceAsync(load * (repeat + 1) / (bench.Repeats + 1), cancellationToken).ConfigureAwait(false);
            ended.Add(end.TotalMilliseconds);
            next.Add(start.TotalMilliseconds);
        }

        return
        [
            BenchRow.Of("load of the decoder's weights", "ms", [load.TotalMilliseconds]),
            BenchRow.Of("cancel during that load: until the job has ended", "ms", ended),
            BenchRow.Of("cancel during that load: until the next job's first network", "ms", next),
        ];
    }

    /// <summary>Runs a job until its decoder is loaded; returns how long that took.</summary>
    private async Task<TimeSpan> FullLoadAsync(CancellationToken cancellationToken)
    {
        using var library = Library();
        var model = library.OpenFolder(bench.Folder);
        using var engine = new ImageEngine(Metered(model).Model, new EngineOptions());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var entered = watch.Expect();
        var job = RequestLatency.RunAsync(engine, Request(Pictures), null, stop.Token);
        await entered.WaitAsync(cancellationToken).ConfigureAwait(false);
        var began = Stopwatch.GetTimestamp();
        while (!OnnxModelLibrary.IsLoaded(model.Decoder.Network))
        {
            await Task.Delay(Look, cancellationToken).ConfigureAwait(false);
        }

        var elapsed = Stopwatch.GetElapsedTime(began);
        await CancelAsync(job, stop, cancellationToken).ConfigureAwait(false);
        return elapsed;
    }

    private async Task<(TimeSpan Ended, TimeSpan Next)> OnceAsync(TimeSpan after, CancellationToken cancellationToken)
    {
        using var library = Library();
        var (model, meter) = Metered(library.OpenFolder(bench.Folder));
        using var engine = new ImageEngine(model, new EngineOptions());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var entered = watch.Expect();
        var job = RequestLatency.RunAsync(engine, Request(Pictures), null, stop.Token);
        await entered.WaitAsync(cancellationToken).ConfigureAwait(false);
        await Task.Delay(after, cancellationToken).ConfigureAwait(false);
        var cancelled = Stopwatch.GetTimestamp();
        await CancelAsync(job, stop, cancellationToken).ConfigureAwait(false);
        var ended = Stopwatch.GetElapsedTime(cancelled);

        var begun = meter.Begun;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var next = RequestLatency.RunAsync(engine, Request(1), null, over.Token);
        while (meter.Begun == begun && !next.IsCompleted)
        {
            await Task.Delay(Look, cancellationToken).ConfigureAwait(false);
        }

        var started = Stopwatch.GetElapsedTime(cancelled);
        await CancelAsync(next, over, cancellationToken).ConfigureAwait(false);
        return (ended, started);
    }

    private static async Task CancelAsync(Task job, CancellationTokenSource stop, CancellationToken cancellationToken)
    {
        await stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await job.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // As asked.
        }
    }

    private OnnxModelLibrary Library() => new(Path.GetDirectoryName(bench.Folder)!, Path.GetFileName(bench.Folder), bench.Inference);

    private (UnClipModel Model, NetworkMeter Meter) Metered(UnClipModel model)
    {
        var meter = new NetworkMeter { Wrapper = network => new WatchedNetwork(network, network == model.Decoder.Network ? watch : null) };
        return (meter.Around(model), meter);
    }

    private GenerationRequest Request(int count) =>
        new() { Prompt = "a red cube", Seed = 1, Count = count, Size = bench.Model.Recipe.Sizes[0] };

    /// <summary>Tells when a decoder is asked to run.</summary>
    private sealed class DecoderWatch
    {
        private TaskCompletionSource entered = new();

        public Task Expect() => (entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public void Enter() => entered.TrySetResult();
    }

    private sealed class WatchedNetwork(INetwork inner, DecoderWatch? watch) : ForwardingNetwork(inner)
    {
        public override IReadOnlyDictionary<string, NetworkTensor> Run(IReadOnlyDictionary<string, NetworkTensor> inputs, CancellationToken cancellationToken)
        {
            watch?.Enter();
            return Inner.Run(inputs, cancellationToken);
        }
    }
}
