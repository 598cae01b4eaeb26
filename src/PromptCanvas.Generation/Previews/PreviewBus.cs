using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Previews;

/// <summary>Preview bus of this node. Publishing never blocks; a slow watcher gets only the latest frame of each picture.</summary>
internal sealed class PreviewBus : IPreviewBus, IPreviewReceiver
{
    // The message that a job has ended in another process may be lost, so poll.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, JobPreviews> jobs = [];
    private readonly IDbContextFactory<AppDbContext> databases;
    private readonly PreviewLink link;
    private readonly TimeProvider clock;

    public PreviewBus(IDbContextFactory<AppDbContext> databases, PreviewLink link, TimeProvider clock)
    {
        (this.databases, this.link, this.clock) = (databases, link, clock);
        link.Connect(this);
    }

    public bool HasWatchers(Guid jobId)
    {
        lock (gate)
        {
            if (jobs.TryGetValue(jobId, out var job) && job.Watchers.Count > 0)
            {
                return true;
            }
        }

        return link.IsWatchedElsewhere(jobId);
    }

    /// <summary>Keeps each picture's latest frame for late watchers, until <see cref="Complete"/>.</summary>
    /// <param name="run">The lease's fence, which grows with each run of the job.</param>
    public void Start(Guid jobId, long run)
    {
        lock (gate)
        {
            var job = Find(jobId);
            job.Running = true;
            job.Run = run;
            job.Latest.Clear();
        }
    }

    public void Publish(PreviewFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        long run;
        lock (gate)
        {
            if (!jobs.TryGetValue(frame.JobId, out var job) || !job.Running)
            {
                return;
            }

            job.Deliver(frame);
            run = job.Run;
        }

        link.Published(new RunFrame(run, frame));
    }

    /// <summary>Drops the undelivered frame of a picture.</summary>
    public void Withdraw(Guid jobId, int imageIndex)
    {
        ReceiveWithdrawn(jobId, imageIndex);
        link.Withdrawn(jobId, imageIndex);
    }

    /// <summary>Ends the job: watchers receive their pending frames, then their streams complete.</summary>
    public void Complete(Guid jobId)
    {
        ReceiveEnded(jobId);
        link.Ended(jobId);
    }

    /// <summary>The job does not run here any more. It may run in another process; then its watchers wait for that one's frames.</summary>
    public void Lose(Guid jobId)
    {
        if (link.MayRunElsewhere)
        {
            HandBack(jobId);
            return;
        }

        ReceiveEnded(jobId);
    }

    /// <summary>The job waits for its next run, here or in another process; its watchers wait with it.</summary>
    public void HandBack(Guid jobId)
    {
        // The next run in this process replaces the frames; until then the last ones stay.
        if (!link.MayRunElsewhere)
        {
            return;
        }

        lock (gate)
        {
            if (jobs.TryGetValue(jobId, out var job))
            {
                job.Running = false;
                job.Latest.Clear();
                if (job.Watchers.Count == 0)
                {
                    jobs.Remove(jobId);
                }
            }
        }
    }

    public void Receive(RunFrame frame)
    {
        lock (gate)
        {
            // Ignore frames from elsewhere for a job that runs here: they come from a run that lost its lease and has not noticed yet.
            if (!jobs.TryGetValue(frame.Frame.JobId, out var job) || job.Running || job.Watchers.Count == 0 || frame.Run < job.Run)
            {
                return;
            }

            if (frame.Run > job.Run)
            {
                job.Run = frame.Run;
                job.Latest.Clear();
            }

            // Messages may arrive out of order.
            if (!job.Latest.TryGetValue(frame.Frame.ImageIndex, out var latest) || latest.Progress <= frame.Frame.Progress)
            {
                job.Deliver(frame.Frame);
            }
        }
    }

    public void ReceiveWithdrawn(Guid jobId, int imageIndex)
    {
        lock (gate)
        {
            if (jobs.TryGetValue(jobId, out var job))
            {
                job.Latest.Remove(imageIndex);
                foreach (var watcher in job.Watchers)
                {
                    watcher.Pending.Remove(imageIndex);
                }
            }
        }
    }

    public void ReceiveEnded(Guid jobId)
    {
        lock (gate)
        {
            if (jobs.Remove(jobId, out var job))
            {
                link.NotWatching(jobId);
                foreach (var watcher in job.Watchers)
                {
                    watcher.News.Writer.TryComplete();
                }
            }
        }
    }

    public IReadOnlyList<RunFrame> LatestOf(Guid jobId)
    {
        lock (gate)
        {
            return jobs.TryGetValue(jobId, out var job) && job.Running ? [.. job.Latest.Values.Select(frame => new RunFrame(job.Run, frame))] : [];
        }
    }

    public async IAsyncEnumerable<PreviewFrame> WatchAsync(Guid jobId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watcher = Join(jobId);
        try
        {
            // Checked after joining: a job that ends in the meantime ends this stream either here or through Complete.
            if (await IsOverAsync(jobId, cancellationToken))
            {
                watcher.News.Writer.TryComplete();
            }

            var more = true;
            while (more)
            {
                more = await MoreAsync(jobId, watcher, cancellationToken);
                watcher.News.Reader.TryRead(out _);
                foreach (var frame in Take(watcher))
                {
                    yield return frame;
                }
            }
        }
        finally
        {
            Leave(jobId, watcher);
        }
    }

    /// <summary>Waits for frames or the end of the job.</summary>
    private async Task<bool> MoreAsync(Guid jobId, PreviewWatcher watcher, CancellationToken cancellationToken)
    {
        var more = watcher.News.Reader.WaitToReadAsync(cancellationToken).AsTask();
        while (link.MayRunElsewhere)
        {
            try
            {
                return await more.WaitAsync(LookInterval, clock, cancellationToken);
            }
            catch (TimeoutException)
            {
                if (await IsOverAsync(jobId, cancellationToken))
                {
                    watcher.News.Writer.TryComplete();
                }
            }
        }

        return await more;
    }

    private async Task<bool> IsOverAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return !await database.Jobs.AnyAsync(
            job => job.Id == jobId && (job.State == JobState.Queued || job.State == JobState.Running), cancellationToken);
    }

    private PreviewWatcher Join(Guid jobId)
    {
        lock (gate)
        {
            var job = Find(jobId);
            var watcher = new PreviewWatcher(job.Latest);
            job.Watchers.Add(watcher);
            if (job.Watchers.Count == 1)
            {
                link.Watching(jobId);
            }

            if (job.Latest.Count > 0)
            {
                watcher.News.Writer.TryWrite(true);
            }

            return watcher;
        }
    }

    private void Leave(Guid jobId, PreviewWatcher watcher)
    {
        lock (gate)
        {
            if (!jobs.TryGetValue(jobId, out var job) || !job.Watchers.Remove(watcher) || job.Watchers.Count > 0)
            {
                return;
            }

            link.NotWatching(jobId);
            if (!job.Running)
            {
                jobs.Remove(jobId);
            }
        }
    }

    private List<PreviewFrame> Take(PreviewWatcher watcher)
    {
        lock (gate)
        {
            var frames = watcher.Pending.Values.OrderBy(frame => frame.ImageIndex).ToList();
            watcher.Pending.Clear();
            return frames;
        }
    }

    private JobPreviews Find(Guid jobId)
    {
        if (!jobs.TryGetValue(jobId, out var job))
        {
            jobs[jobId] = job = new JobPreviews();
        }

        return job;
    }
}
