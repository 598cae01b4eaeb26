namespace PromptCanvas.Generation.Previews;

/// <summary>A small encoded preview of an unfinished picture.</summary>
/// <param name="Stage">prior, decoder, superResolution256 or superResolution1024.</param>
/// <param name="Step">Completed steps of this stage, 1 … <paramref name="Steps"/>.</param>
/// <param name="Progress">Completed share of all of the picture's work, 0 … 1.</param>
/// <param name="Bytes">The encoded picture; empty for steps without one (the prior's).</param>
public sealed record PreviewFrame(
    Guid JobId,
    int ImageIndex,
    string Stage,
    int Step,
    int Steps,
    double Progress,
    int Width,
    int Height,
    string ContentType,
    ReadOnlyMemory<byte> Bytes);

/// <summary>Delivers previews from the worker to watchers. Delivery is best effort.</summary>
public interface IPreviewBus
{
    /// <summary>Whether the job has watchers; without watchers no preview is encoded.</summary>
    bool HasWatchers(Guid jobId);

    /// <summary>Sends a frame to the job's watchers; never blocks.</summary>
    void Publish(PreviewFrame frame);

    /// <summary>Starts with the latest frame of every picture, then yields new ones. A slow reader skips frames and delays no other reader.
    /// Ends when the job is over.</summary>
    IAsyncEnumerable<PreviewFrame> WatchAsync(Guid jobId, CancellationToken cancellationToken);
}
