using System.Threading.Channels;

namespace PromptCanvas.Generation.Previews;

/// <summary>The previews of one job on this node.</summary>
internal sealed class JobPreviews
{
    /// <summary>Whether the job runs in this process.</summary>
    public bool Running { get; set; }

    /// <summary>Number of the run that produced these frames; it increases with each run.</summary>
    public long Run { get; set; }

    public Dictionary<int, PreviewFrame> Latest { get; } = [];

    public HashSet<PreviewWatcher> Watchers { get; } = [];

    /// <summary>Passes a frame to the watchers; a watcher that joins later starts with the last picture.</summary>
    public void Deliver(PreviewFrame frame)
    {
        PreviewFrames.Put(Latest, frame);
        foreach (var watcher in Watchers)
        {
            watcher.Add(frame);
            watcher.News.Writer.TryWrite(true);
        }
    }
}

/// <summary>One reader of a job's previews.</summary>
internal sealed class PreviewWatcher(Dictionary<int, PreviewFrame> latest)
{
    public Dictionary<int, PreviewFrame> Pending { get; } = new(latest);

    /// <summary>A step without a picture does not replace an undelivered picture.</summary>
    public void Add(PreviewFrame frame) => PreviewFrames.Put(Pending, frame);

    /// <summary>Signal with capacity 1: set while frames are pending.</summary>
    public Channel<bool> News { get; } =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
}

internal static class PreviewFrames
{
    /// <summary>A step without a picture, because there was no watcher or no frame was due, reuses the previous picture.</summary>
    public static void Put(Dictionary<int, PreviewFrame> frames, PreviewFrame frame)
    {
        var last = frame.Bytes.IsEmpty ? frames.GetValueOrDefault(frame.ImageIndex) : null;
        frames[frame.ImageIndex] = last is null
            ? frame
            : frame with { Width = last.Width, Height = last.Height, ContentType = last.ContentType, Bytes = last.Bytes };
    }
}
