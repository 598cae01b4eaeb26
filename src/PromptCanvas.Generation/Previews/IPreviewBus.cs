namespace PromptCanvas.Generation.Previews;

/// <summary>One picture on its way, encoded small.</summary>
/// <param name="Stage">prior, decoder, superResolution256 or superResolution1024.</param>
/// <param name="Step">Steps of this stage that are done, 1 … <paramref name="Steps"/>.</param>
/// <param name="Progress">Share of the picture's whole work that is done, 0 … 1.</param>
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

/// <summary>Carries previews from the worker to whoever watches. What it carries may be lost.</summary>
public interface IPreviewBus
{
    /// <summary>Whether anybody watches the job: nobody → no encode.</summary>
    bool HasWatchers(Guid jobId);

    /// <summary>Hands a frame to the job's watchers; never waits.</summary>
    void Publish(PreviewFrame frame);

    /// <summary>The latest frame of every picture first, then each picture's latest: a slow reader loses frames and slows nobody.
    /// Ends when the job is over.</summary>
    IAsyncEnumerable<PreviewFrame> WatchAsync(Guid jobId, CancellationToken cancellationToken);
}
