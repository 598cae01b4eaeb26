using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Previews;

/// <summary>Previews inside one process. Nobody waits for anybody: a watcher that is behind finds each picture's latest.</summary>
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

    /// <summary>From here to <see cref="Complete"/> each picture's latest frame is kept for who comes late.</summary>
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

    /// <summary>Takes back what was not seen yet of a picture.</summary>
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

    /// <summary>The job is over: its watchers get what they have not seen yet, then their end.</summary>
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
            // Asked after joining, so that a job that ends meanwhile ends this watch one way or the other.
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
            job => job.Id == jobId && (job.State == JobStates.Queued || job.State == JobStates.Running), cancellationToken);
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

    /// <summary>Steps without a picture of their own, because nobody watched or none was due, carry the one before.</summary>
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

        /// <summary>Who comes late sees the last picture there was.</summary>
        public void Keep(PreviewFrame frame) => Put(Latest, frame);
    }

    private sealed class Watcher(Dictionary<int, PreviewFrame> latest)
    {
        public Dictionary<int, PreviewFrame> Pending { get; } = new(latest);

        /// <summary>A step without a picture does not take away a picture that was not seen yet.</summary>
        public void Add(PreviewFrame frame) => Put(Pending, frame);

        /// <summary>Room for one: there is news, or not.</summary>
        public Channel<bool> News { get; } =
            Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    }
}
