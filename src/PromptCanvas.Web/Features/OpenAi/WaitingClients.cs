using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Counts the clients that wait for each job: the first request and its retries. When the last one disconnects, the job lives on for a grace
/// period, in which a retry can adopt it; then it is cancelled and refunded.</summary>
internal sealed class WaitingClients(ICancellations cancellations, TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Lines> open = [];

    /// <summary>Whether any job's clients have disconnected.</summary>
    public bool HasAbandoned
    {
        get
        {
            lock (gate)
            {
                return open.Values.Any(lines => lines.IsAbandoned);
            }
        }
    }

    public int CountOf(Guid jobId)
    {
        lock (gate)
        {
            return open.TryGetValue(jobId, out var lines) ? lines.Connected : 0;
        }
    }

    /// <summary>Whether the job's clients have disconnected and none has come back yet.</summary>
    public bool IsAbandoned(Guid jobId)
    {
        lock (gate)
        {
            return open.TryGetValue(jobId, out var lines) && lines.IsAbandoned;
        }
    }

    /// <summary>Registers a client. Until <see cref="LeaveAsync"/> other clients' disconnects do not cancel the job.</summary>
    /// <param name="client">The client's request. A retry can adopt the job as soon as its client has disconnected, even before the request has unwound.</param>
    /// <returns>False if the job was being cancelled; it is cancelled when this returns.</returns>
    public async Task<bool> JoinAsync(Guid jobId, HttpContext client)
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
                lines.Clients[client] = client.RequestAborted;
                lines.GraceEnds = null;
                return true;
            }

            ending = lines.Ending.Task;
        }

        await ending;
        return false;
    }

    /// <param name="grace">How long the job waits for a retry because the client disconnected; null = the client was answered.</param>
    public async Task LeaveAsync(Guid jobId, HttpContext client, TimeSpan? grace)
    {
        lock (gate)
        {
            var lines = open[jobId];
            lines.Clients.Remove(client);
            if (lines.Clients.Count > 0)
            {
                return;
            }

            if (grace is null)
            {
                open.Remove(jobId);
                return;
            }

            lines.GraceEnds = clock.GetUtcNow() + grace;
        }

        await EndAbandonedAsync();
    }

    /// <summary>Cancels the jobs whose grace period is over.</summary>
    public async Task EndAbandonedAsync()
    {
        foreach (var (jobId, ending) in TakeAbandoned())
        {
            try
            {
                await cancellations.CancelAbandonedAsync(jobId, CancellationToken.None);
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
    }

    private List<(Guid JobId, TaskCompletionSource Ending)> TakeAbandoned()
    {
        var taken = new List<(Guid, TaskCompletionSource)>();
        lock (gate)
        {
            foreach (var (jobId, lines) in open.Where(entry => entry.Value.GraceEnds <= clock.GetUtcNow() && entry.Value.Ending is null))
            {
                lines.Ending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                taken.Add((jobId, lines.Ending));
            }
        }

        return taken;
    }

    private sealed class Lines
    {
        /// <summary>The requests that have not ended, with the tokens that are cancelled when their clients disconnect, because Kestrel returns another token afterwards.</summary>
        public Dictionary<HttpContext, CancellationToken> Clients { get; } = [];

        public int Connected => Clients.Values.Count(disconnected => !disconnected.IsCancellationRequested);

        public bool IsAbandoned => Connected == 0;

        /// <summary>Set while no request waits.</summary>
        public DateTimeOffset? GraceEnds { get; set; }

        /// <summary>Set while the job is being cancelled.</summary>
        public TaskCompletionSource? Ending { get; set; }
    }
}
