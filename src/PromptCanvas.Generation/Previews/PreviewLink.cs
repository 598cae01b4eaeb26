using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Live;

namespace PromptCanvas.Generation.Previews;

/// <summary>The previews that this node has, for messages of other nodes.</summary>
internal interface IPreviewReceiver
{
    void Receive(RunFrame frame);

    void ReceiveWithdrawn(Guid jobId, int imageIndex);

    void ReceiveEnded(Guid jobId);

    /// <summary>The latest frame of every picture of a job that runs here.</summary>
    IReadOnlyList<RunFrame> LatestOf(Guid jobId);
}

/// <summary>Exchanges previews with the other nodes. A node subscribes to a job while it has watchers and announces this repeatedly; the
/// node that runs the job encodes and sends frames only while it receives these announcements.</summary>
internal sealed class PreviewLink(ILiveLine line, IOptions<GenerationOptions> options, TimeProvider clock)
{
    /// <summary>How often a node repeats which jobs it watches.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromSeconds(3);

    // Three intervals: a lost announcement does not interrupt the previews.
    private static readonly TimeSpan WatchedFor = TimeSpan.FromSeconds(10);

    private const string WatchTopic = "watch";

    private readonly ConcurrentDictionary<Guid, long> watchedElsewhere = new();
    private readonly ConcurrentDictionary<Guid, Watch> watchedHere = new();
    private IPreviewReceiver? receiver;

    public bool IsShared => line.IsShared;

    /// <summary>Whether other processes run jobs of this queue.</summary>
    public bool MayRunElsewhere => options.Value.SharedQueue;

    /// <summary>The place of this node's previews.</summary>
    public void Connect(IPreviewReceiver previews) => receiver = previews;

    /// <summary>Whether another node has watchers of the job.</summary>
    public bool IsWatchedElsewhere(Guid jobId) =>
        watchedElsewhere.TryGetValue(jobId, out var at) && clock.GetElapsedTime(at) < WatchedFor;

    /// <summary>Called for the first watcher of a job.</summary>
    public void Watching(Guid jobId)
    {
        if (line.IsShared)
        {
            var watch = new Watch();
            watch.Hearing = line.Hear(TopicOf(jobId), message => Heard(jobId, watch, message));
            watchedHere[jobId] = watch;
            line.Send(WatchTopic, null, WatchFormat.Write([(jobId, true)]));
        }
    }

    /// <summary>Called when the last watcher of a job has left, or the job has ended.</summary>
    public void NotWatching(Guid jobId)
    {
        if (watchedHere.TryRemove(jobId, out var watch))
        {
            watch.Hearing?.Dispose();
        }
    }

    public void Published(RunFrame frame)
    {
        if (IsWatchedElsewhere(frame.Frame.JobId))
        {
            // A step without a picture must not replace a picture that is not sent yet.
            var place = frame.Frame.ImageIndex.ToString(CultureInfo.InvariantCulture) + (frame.Frame.Bytes.IsEmpty ? " step" : "");
            line.Send(TopicOf(frame.Frame.JobId), place, FrameFormat.Write(frame));
        }
    }

    public void Withdrawn(Guid jobId, int imageIndex)
    {
        if (IsWatchedElsewhere(jobId))
        {
            line.Send(TopicOf(jobId), null, FrameFormat.Withdrawn(imageIndex));
        }
    }

    public void Ended(Guid jobId)
    {
        if (watchedElsewhere.TryRemove(jobId, out var at) && clock.GetElapsedTime(at) < WatchedFor)
        {
            line.Send(TopicOf(jobId), null, FrameFormat.Ended);
        }
    }

    /// <summary>Receives the other nodes' announcements until disposed.</summary>
    public IDisposable HearWatchers() => line.Hear(WatchTopic, HeardWatchers);

    /// <summary>Announces the jobs that this node watches, and asks for the latest frames of those without a message since the last announcement.</summary>
    public void Announce()
    {
        var jobs = watchedHere.Select(watch => (watch.Key, !watch.Value.TakeHeard())).ToList();
        if (jobs.Count > 0)
        {
            line.Send(WatchTopic, "all", WatchFormat.Write(jobs));
        }
    }

    private static string TopicOf(Guid jobId) => $"job:{jobId:N}";

    private void HeardWatchers(ReadOnlyMemory<byte> message)
    {
        var now = clock.GetTimestamp();
        foreach (var (jobId, asks) in WatchFormat.Read(message))
        {
            watchedElsewhere[jobId] = now;
            foreach (var frame in asks ? receiver?.LatestOf(jobId) ?? [] : [])
            {
                Published(frame);
            }
        }

        foreach (var (jobId, at) in watchedElsewhere)
        {
            if (clock.GetElapsedTime(at, now) >= WatchedFor)
            {
                watchedElsewhere.TryRemove(new(jobId, at));
            }
        }
    }

    private void Heard(Guid jobId, Watch watch, ReadOnlyMemory<byte> message)
    {
        watch.NoteHeard();
        switch (FrameFormat.KindOf(message.Span))
        {
            case FrameFormat.Kind.Frame:
                receiver?.Receive(FrameFormat.ReadFrame(jobId, message));
                break;
            case FrameFormat.Kind.Withdrawn:
                receiver?.ReceiveWithdrawn(jobId, FrameFormat.ReadWithdrawn(message));
                break;
            case FrameFormat.Kind.Ended:
                receiver?.ReceiveEnded(jobId);
                break;
        }
    }

    private sealed class Watch
    {
        private int heard;

        public IDisposable? Hearing { get; set; }

        public void NoteHeard() => Volatile.Write(ref heard, 1);

        /// <summary>Whether a message arrived since the last call.</summary>
        public bool TakeHeard() => Interlocked.Exchange(ref heard, 0) == 1;
    }
}
