using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Previews;

/// <summary>In-process preview bus. Publishing never blocks; a slow watcher gets only the latest frame of each picture.</summary>
internal sealed class PreviewBus(IDbContextFactory<AppDbContext> databases) : IPreviewBus
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, JobPreviews> jobs = [];

    public bool HasWatchers(Guid jobId)
    {
        lock (gate)
        {
            return jobs.TryGetValue(jobId, out var job) && job.Watchers.Count > 0;
        }
    }

    /// <summary>Keeps each picture's latest frame for late watchers, until <see cref="Complete"/>.</summary>
    public void Start(Guid jobId)
    {
        lock (gate)
        {
            var job = Find(jobId);
            job.Running = true;
            job.Latest.Clear();
        }
    }

    public void Publish(PreviewFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        lock (gate)
        {
            if (!jobs.TryGetValue(frame.JobId, out var job) || !job.Running)
            {
                return;
            }

            job.Keep(frame);
            foreach (var watcher in job.Watchers)
            {
                watcher.Add(frame);
                watcher.News.Writer.TryWrite(true);
            }
        }
    }

    /// <summary>Drops the undelivered frame of a picture.</summary>
    public void Withdraw(Guid jobId, int imageIndex)
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

    /// <summary>Ends the job: watchers receive their pending frames, then their streams complete.</summary>
    public void Complete(Guid jobId)
    {
        lock (gate)
        {
            if (jobs.Remove(jobId, out var job))
            {
                foreach (var watcher in job.Watchers)
                {
                    watcher.News.Writer.TryComplete();
                }
            }
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
                more = await watcher.News.Reader.WaitToReadAsync(cancellationToken);
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

    private async Task<bool> IsOverAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return !await database.Jobs.AnyAsync(
            job => job.Id == jobId && (job.State == JobState.Queued || job.State == JobState.Running), cancellationToken);
    }

    private Watcher Join(Guid jobId)
    {
        lock (gate)
        {
            var job = Find(jobId);
            var watcher = new Watcher(job.Latest);
            job.Watchers.Add(watcher);
            if (job.Latest.Count > 0)
            {
                watcher.News.Writer.TryWrite(true);
            }

            return watcher;
        }
    }

    private void Leave(Guid jobId, Watcher watcher)
    {
        lock (gate)
        {
            if (jobs.TryGetValue(jobId, out var job) && job.Watchers.Remove(watcher) && job.Watchers.Count == 0 && !job.Running)
            {
                jobs.Remove(jobId);
            }
        }
    }

    private List<PreviewFrame> Take(Watcher watcher)
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

    /// <summary>A step without a picture, because there was no watcher or no frame was due, reuses the previous picture.</summary>
    private static void Put(Dictionary<int, PreviewFrame> frames, PreviewFrame frame)
    {
        var last = frame.Bytes.IsEmpty ? frames.GetValueOrDefault(frame.ImageIndex) : null;
        frames[frame.ImageIndex] = last is null
            ? frame
            : frame with { Width = last.Width, Height = last.Height, ContentType = last.ContentType, Bytes = last.Bytes };
    }

    private sealed class JobPreviews
    {
        public bool Running { get; set; }

        public Dictionary<int, PreviewFrame> Latest { get; } = [];

        public HashSet<Watcher> Watchers { get; } = [];

        /// <summary>Late watchers start with the last picture.</summary>
        public void Keep(PreviewFrame frame) => Put(Latest, frame);
    }

    private sealed class Watcher(Dictionary<int, PreviewFrame> latest)
    {
        public Dictionary<int, PreviewFrame> Pending { get; } = new(latest);

        /// <summary>A step without a picture does not replace an undelivered picture.</summary>
        public void Add(PreviewFrame frame) => Put(Pending, frame);

        /// <summary>Signal with capacity 1: set while frames are pending.</summary>
        public Channel<bool> News { get; } =
            Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    }
}
