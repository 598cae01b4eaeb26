using System.Text.Json;
using System.Text.Json.Serialization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Live;

namespace PromptCanvas.Generation.Queue;

/// <summary>A message between nodes about a job.</summary>
/// <param name="State">The job's state; null in messages of older versions that are about its run only.</param>
/// <param name="Stops">Whether a run of the job must stop.</param>
/// <param name="Dropped">The picture that a run must leave out; null = none.</param>
internal sealed record JobSignal(Guid JobId, JobState? State, int CompletedImages, bool Stops, int? Dropped);

/// <summary>Sends job events between the nodes. They are hints: the same state is in the rows, which a worker that missed a signal reads at its next heartbeat.</summary>
internal sealed class JobSignals(ILiveLine line)
{
    private const string Topic = "jobs";

    private static readonly JsonSerializerOptions Format = new() { Converters = { new JsonStringEnumConverter<JobState>() } };

    public void Changed(JobChanged change) => Send(new JobSignal(change.JobId, change.State, change.CompletedImages, Stops: false, Dropped: null));

    public void Cancelled(JobChanged change) => Send(new JobSignal(change.JobId, change.State, change.CompletedImages, Stops: true, Dropped: null));

    public void Dropped(JobChanged change, int imageIndex) => Send(new JobSignal(change.JobId, change.State, change.CompletedImages, Stops: false, imageIndex));

    public IDisposable Hear(Action<JobSignal> heard) => line.Hear(Topic, message =>
    {
        if (JsonSerializer.Deserialize<JobSignal>(message.Span, Format) is { } signal)
        {
            heard(signal);
        }
    });

    private void Send(JobSignal signal)
    {
        if (line.IsShared)
        {
            line.Send(Topic, null, JsonSerializer.SerializeToUtf8Bytes(signal, Format));
        }
    }
}
