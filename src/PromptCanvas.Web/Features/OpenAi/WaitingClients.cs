using PromptCanvas.Generation.Queue;


namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Counts the clients that wait for each job: the first request and its retries. When the last one disconnects, the job is cancelled and
/// refunded.</summary>
internal sealed class WaitingClients(ISubmissions submissions)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Lines> open = [];

    public int CountOf(Guid jobId)
    {
        lock (gate)
        {
            return open.TryGetValue(jobId, out var lines) ? lines.Count : 0;
        }
    }

    /// <summary>Registers a client. Until <see cref="LeaveAsync"/> other clients' disconnects do not cancel the job.</summary>
    /// <returns>False when the last client has just disconnected; the job is cancelled by the time this returns.</returns>
    public async Task<bool> JoinAsync(Guid jobId)
    {
        Task ending;
        lock (gate)
        {
            if (!open.TryGetValue(jobId, out var lines))
            {
                open[jobId] = lines = new Lines();
            }

            if (lines.Ending is null)
            {
                lines.Count++;
                return true;
            }

            ending = lines.Ending.Task;
        }

        await ending;
        return false;
    }

    /// <param name="hungUp">Whether the client disconnected.</param>
    public async Task LeaveAsync(Guid jobId, bool hungUp)
    {
        TaskCompletionSource ending;
        lock (gate)
        {
            var lines = open[jobId];
            if (--lines.Count > 0)
            {
                return;
            }

            if (!hungUp)
            {
                open.Remove(jobId);
                return;
            }

            lines.Ending = ending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        try
        {
            await submissions.CancelAbandonedAsync(jobId, CancellationToken.None);
        }
        finally
        {
            lock (gate)
            {
                open.Remove(jobId);
            }

            ending.SetResult();
        }
    }

    private sealed class Lines
    {
        public int Count { get; set; }

        /// <summary>Set while the job is being cancelled.</summary>
        public TaskCompletionSource? Ending { get; set; }
    }
}
