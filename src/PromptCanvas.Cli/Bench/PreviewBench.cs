using System.Threading.Channels;

using Microsoft.Extensions.Logging.Abstractions;
using PromptCanvas.Diffusion.Engine.Execution;

using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Cli.Bench;

/// <summary>CPU time of four pictures without watchers and with 16 watchers, alternating.</summary>
internal sealed class PreviewBench(BenchContext bench)
{
    private const int Watchers = 16;
    private const int Pictures = 4;

    private readonly List<double> frames = [];

    public async Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken cancellationToken)
    {
        using var engine = new ImageEngine(bench.Model, new EngineOptions());
        var without = new List<double>();
        var with = new List<double>();
        await OnceAsync(engine, watched: true, cancellationToken).ConfigureAwait(false);
        for (var repeat = 0; repeat < bench.Repeats; repeat++)
        {
            without.Add(await OnceAsync(engine, watched: false, cancellationToken).ConfigureAwait(false));
            with.Add(await OnceAsync(engine, watched: true, cancellationToken).ConfigureAwait(false));
        }

        var frame = await FrameAsync(engine, cancellationToken).ConfigureAwait(false);
        return
        [
            BenchRow.Of($"{Pictures} pictures of {bench.Size}², no watchers, CPU time", "s", without),
            BenchRow.Of($"… {Watchers} watchers", "s", with),
            BenchRow.Of("… overhead of watching", "%", with.Zip(without, (watched, unwatched) => 100 * ((watched / unwatched) - 1)).ToList()),
            BenchRow.Of("… frames encoded", "", frames),
            BenchRow.Of("one frame encoded and delivered alone, CPU time", "ms", [1e3 * frame]),
            BenchRow.Of("previews encoded and delivered alone, share of the whole", "%", [100 * frame * BenchRow.Of("", "", frames).Median / BenchRow.Of("", "s", without).Median]),
        ];
    }

    private GenerationRequest Request(Func<int, bool> wanted) =>
        new() { Prompt = "a red cube on top of a blue cube", Seed = 1, Count = Pictures, Size = bench.Size, PreviewsWanted = wanted };

    private async Task<double> OnceAsync(ImageEngine engine, bool watched, CancellationToken cancellationToken)
    {
        var job = Guid.Empty;
        var bus = new Broadcast(watched ? Watchers : 0);
        var publisher = new PreviewPublisher(bus, new PreviewPace(TimeProvider.System), new BackgroundFaults(NullLogger<BackgroundFaults>.Instance));
        var start = Environment.CpuUsage.TotalTime;
        await foreach (var value in engine.GenerateAsync(Request(index => publisher.Wanted(job, index)), cancellationToken).ConfigureAwait(false))
        {
            if (value is StepCompleted step)
            {
                publisher.Publish(job, step, bench.Size, filter: null, cancellationToken);
            }
        }

        await bus.EndAsync().ConfigureAwait(false);
        if (watched)
        {
            frames.Add(publisher.Encoded);
        }

        return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }

    /// <summary>Measures a frame without the networks, because the difference of two long runs is too noisy.</summary>
    /// <returns>CPU seconds per frame.</returns>
    private async Task<double> FrameAsync(ImageEngine engine, CancellationToken cancellationToken)
    {
        const int times = 10;
        var steps = new List<StepCompleted>();
        await foreach (var value in engine.GenerateAsync(Request(_ => true), cancellationToken).ConfigureAwait(false))
        {
            if (value is StepCompleted step)
            {
                steps.Add(step);
            }
        }

        var bus = new Broadcast(Watchers);
        var publisher = new PreviewPublisher(bus, new PreviewPace(TimeProvider.System) { Share = double.PositiveInfinity }, new BackgroundFaults(NullLogger<BackgroundFaults>.Instance));
        var start = Environment.CpuUsage.TotalTime;
        for (var time = 0; time < times; time++)
        {
            steps.ForEach(step => publisher.Publish(Guid.Empty, step, bench.Size, filter: null, CancellationToken.None));
        }

        await bus.EndAsync().ConfigureAwait(false);
        return (Environment.CpuUsage.TotalTime - start).TotalSeconds / publisher.Encoded;
    }

    /// <summary>The studio's bus without its database: every watcher reads every frame.</summary>
    private sealed class Broadcast : IPreviewBus
    {
        private readonly List<Channel<PreviewFrame>> watchers = [];
        private readonly List<Task> readers = [];

        public Broadcast(int count)
        {
            for (var watcher = 0; watcher < count; watcher++)
            {
                var channel = Channel.CreateUnbounded<PreviewFrame>();
                watchers.Add(channel);
                readers.Add(Task.Run(async () =>
                {
                    await foreach (var frame in channel.Reader.ReadAllAsync().ConfigureAwait(false))
                    {
                        frame.Bytes.ToArray();
                    }
                }));
            }
        }

        public bool HasWatchers(Guid jobId) => watchers.Count > 0;

        public void Publish(PreviewFrame frame) => watchers.ForEach(watcher => watcher.Writer.TryWrite(frame));

        public IAsyncEnumerable<PreviewFrame> WatchAsync(Guid jobId, CancellationToken cancellationToken) =>
            throw new NotSupportedException("The watchers of this benchmark subscribe at the start.");

        public Task EndAsync()
        {
            watchers.ForEach(watcher => watcher.Writer.Complete());
            return Task.WhenAll(readers);
        }
    }
}
