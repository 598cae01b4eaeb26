using System.Diagnostics.Metrics;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Nodes;

namespace PromptCanvas.Web.Features.Operations;

/// <summary>A snapshot of the queue.</summary>
/// <param name="OldestSeconds">Waiting time of the oldest queued job in seconds; 0 when none is queued.</param>
internal sealed record QueueFigures(int Waiting, int Running, bool IsPaused, double OldestSeconds);

/// <summary>The application's metrics, named as in docs/metrics.md. They contain no personal data and no prompts.</summary>
internal sealed class StudioMetrics
{
    public const string MeterName = "PromptCanvas";

    private readonly Counter<long> finished;
    private readonly Counter<long> pictures;
    private readonly Counter<double> credits;
    private readonly Histogram<double> stages;
    private readonly Histogram<double> waits;
    private volatile QueueFigures queue = new(0, 0, false, 0);

    /// <param name="connections">Counts open connections of pages and hubs.</param>
    /// <param name="faults">Faults of background work since the start, by service.</param>
    /// <param name="nodes">The processes of the studio, by state.</param>
    public StudioMetrics(IMeterFactory meters, Func<int> connections, Func<IReadOnlyDictionary<string, long>> faults, Func<NodeCounts> nodes)
    {
        var meter = meters.Create(MeterName);
        finished = meter.CreateCounter<long>("promptcanvas.jobs.finished", description: "Jobs that are over, by state and model.");
        pictures = meter.CreateCounter<long>("promptcanvas.pictures", description: "Pictures delivered, by model and size.");
        credits = meter.CreateCounter<double>("promptcanvas.credits", description: "Credits of jobs that are over, by kind: charge or refund.");
        stages = meter.CreateHistogram<double>("promptcanvas.stage.duration", "s", "Time of one picture in one stage, by stage and model.");
        waits = meter.CreateHistogram<double>("promptcanvas.job.wait", "s", "Time from a request to its first step, by model.");
        meter.CreateObservableGauge(
            "promptcanvas.queue.jobs", () => new Measurement<int>[] { new(queue.Waiting, State("queued")), new(queue.Running, State("running")) },
            description: "Jobs that are not over, by state.");
        meter.CreateObservableGauge("promptcanvas.queue.paused", () => queue.IsPaused ? 1 : 0, description: "1 while the queue is paused.");
        meter.CreateObservableGauge("promptcanvas.queue.oldest", () => queue.OldestSeconds, "s", "How long the job that waits longest has waited.");
        meter.CreateObservableGauge("promptcanvas.connections", connections, description: "Open lines of pages and hubs.");
        meter.CreateObservableGauge("promptcanvas.nodes", () => States(nodes()), description: "Processes of the studio, by state.");
        meter.CreateObservableCounter(
            "promptcanvas.background.faults",
            () => faults().Select(source => new Measurement<long>(source.Value, new KeyValuePair<string, object?>("service", source.Key))),
            description: "Failures of work outside requests, by service.");
    }

    public QueueFigures Queue
    {
        set => queue = value;
    }

    public void JobEnded(JobState state, string model, double? waitSeconds, decimal charged, decimal refunded)
    {
        finished.Add(1, State(LowerCaseName.Of(state)), Model(model));
        credits.Add((double)charged, Kind("charge"));
        credits.Add((double)refunded, Kind("refund"));
        if (waitSeconds is { } seconds)
        {
            waits.Record(seconds, Model(model));
        }
    }

    /// <param name="seconds">Seconds by stage.</param>
    public void PictureMade(string model, int size, IEnumerable<KeyValuePair<string, double>> seconds)
    {
        pictures.Add(1, Model(model), new KeyValuePair<string, object?>("size", size));
        foreach (var (stage, duration) in seconds)
        {
            stages.Record(duration, new KeyValuePair<string, object?>("stage", stage), Model(model));
        }
    }

    private static Measurement<int>[] States(NodeCounts nodes) =>
        [new(nodes.Working, State("working")), new(nodes.Drained, State("drained")), new(nodes.Silent, State("silent"))];

    private static KeyValuePair<string, object?> State(string state) => new("state", state);

    private static KeyValuePair<string, object?> Model(string model) => new("model", model);

    private static KeyValuePair<string, object?> Kind(string kind) => new("kind", kind);
}
