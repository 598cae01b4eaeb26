using System.Collections.Concurrent;

namespace PromptCanvas.Generation.Queue;

/// <summary>The jobs on this process's engines: cancels them and reports their progress.</summary>
internal sealed class RunningJobs
{
    private readonly ConcurrentDictionary<Guid, RunningJob> jobs = new();

    /// <summary>Registers a job until the result is disposed; its token is cancelled by <see cref="Cancel"/> or by <paramref name="stopping"/>.</summary>
    public RunningJob Add(Guid jobId, int completedImages, CancellationToken stopping)
    {
        var job = new RunningJob(completedImages, finished => jobs.TryRemove(new(jobId, finished)), stopping);
        jobs[jobId] = job;
        return job;
    }

    public void Cancel(Guid jobId)
    {
        if (jobs.TryGetValue(jobId, out var job))
        {
            job.Cancel();
        }
    }

    /// <summary>Cancels one picture.</summary>
    public void Drop(Guid jobId, int imageIndex)
    {
        if (jobs.TryGetValue(jobId, out var job))
        {
            job.Drop(imageIndex);
        }
    }

    /// <summary>Sum of the completed shares of its pictures in progress; 0 if the job does not run here.</summary>
    public double StartedWork(Guid jobId) => jobs.TryGetValue(jobId, out var job) ? job.StartedWork : 0;
}

/// <summary>One job on the engine.</summary>
internal sealed class RunningJob : IDisposable
{
    private readonly CancellationTokenSource cancellation;
    private readonly Action<RunningJob> onDisposed;
    private readonly ConcurrentDictionary<int, double> progress = new();
    private readonly ConcurrentDictionary<int, byte> dropped = new();
    private readonly Lock disposing = new();
    private int completedImages;
    private bool disposed;

    public RunningJob(int completedImages, Action<RunningJob> onDisposed, CancellationToken stopping)
    {
        cancellation = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        this.completedImages = completedImages;
        this.onDisposed = onDisposed;
        Token = cancellation.Token;
    }

    public CancellationToken Token { get; }

    public int CompletedImages => Volatile.Read(ref completedImages);

    public double StartedWork => progress.Values.Sum();

    /// <summary>Whether a picture is still wanted.</summary>
    public bool Wants(int imageIndex) => !dropped.ContainsKey(imageIndex);

    public void Drop(int imageIndex) => dropped.TryAdd(imageIndex, 0);

    public void Report(int imageIndex, double share) => progress[imageIndex] = share;

    /// <summary>Records that a picture left the engine.</summary>
    /// <param name="finished">1 = done, 0 = failed or cancelled.</param>
    /// <returns>Number of the job's finished pictures.</returns>
    public int Completed(int imageIndex, int finished)
    {
        progress.TryRemove(imageIndex, out _);
        return Interlocked.Add(ref completedImages, finished);
    }

    public void Cancel()
    {
        lock (disposing)
        {
            if (!disposed)
            {
                cancellation.Cancel();
            }
        }
    }

    public void Dispose()
    {
        onDisposed(this);
        lock (disposing)
        {
            disposed = true;
            cancellation.Dispose();
        }
    }
}
