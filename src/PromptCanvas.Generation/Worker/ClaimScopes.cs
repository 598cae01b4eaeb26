using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Generation.Worker;

/// <summary>Decides which jobs this worker may claim where workers differ in their models.</summary>
/// <remarks>
/// A job whose model another worker has in memory is left to that worker for a short time, because loading takes longer. The time counts for
/// each job from when this worker first saw it among the next ones, so that no job waits longer because of it; its tags, and with them the shares
/// of people, stay as they are.
/// </remarks>
internal sealed class ClaimScopes(IEngineProvider engines, Fleet fleet, ThisNode node, IOptions<GenerationOptions> options, TimeProvider clock)
{
    /// <summary>How long a job is left to a worker that has its model in memory.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Number of due jobs that are looked at.</summary>
    public const int Window = 32;

    private readonly Lock gate = new();
    private Dictionary<Guid, long> seen = [];

    /// <param name="inOrder">The due jobs in queue order.</param>
    public async Task<ClaimScope> NowAsync(IQueryable<Job> inOrder, CancellationToken cancellationToken)
    {
        if (node.IsDrained)
        {
            return ClaimScope.Nothing;
        }

        // A single worker takes every job, and refuses those whose model is gone.
        if (!options.Value.SharedQueue)
        {
            return ClaimScope.Everything;
        }

        var models = engines.Models;
        var loaded = engines.Loaded;
        var elsewhere = models.Except(loaded).Where(model => fleet.View?.Workers.Any(worker => worker.Id != node.Id && worker.Loaded.Contains(model)) == true).ToList();
        return elsewhere.Count == 0
            ? new ClaimScope(models, [], [])
            : new ClaimScope(models, elsewhere, Overdue(await inOrder.Where(job => elsewhere.Contains(job.Model)).Select(job => job.Id).Take(Window).ToListAsync(cancellationToken)));
    }

    private List<Guid> Overdue(List<Guid> next)
    {
        var now = clock.GetTimestamp();
        lock (gate)
        {
            seen = next.ToDictionary(id => id, id => seen.TryGetValue(id, out var since) ? since : now);
            return [.. seen.Where(job => clock.GetElapsedTime(job.Value, now) >= Patience).Select(job => job.Key)];
        }
    }
}
