using Microsoft.Extensions.Options;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Generation.Worker;

/// <summary>What the worker may claim beside the jobs it runs.</summary>
/// <param name="Jobs">How many at most; 0 = none now.</param>
/// <param name="Except">People who get none now.</param>
internal sealed record ClaimLimit(int Jobs, IReadOnlyList<Guid> Except);

/// <summary>Claims as the engine admits: enough pictures to fill the lanes that are open to all, and beyond them a job for whoever has none running.</summary>
/// <remarks>
/// The engine brings every first preview early only among the requests it has, so a person who waits in the queue behind
/// four others would wait for their finished pictures (performance.md, first-preview rule). What is claimed and has no
/// lane takes no memory to speak of; what is not claimed stays in the queue's order.
/// </remarks>
internal sealed class WorkerCapacity(IOptions<GenerationOptions> options, IEngineProvider engines)
{
    public ClaimLimit For(IReadOnlyCollection<ClaimedJob> running)
    {
        var room = engines.Capacity;
        var jobs = (options.Value.ConcurrentJobs ?? room.Lanes) - running.Count;
        if (jobs <= 0 || running.Any(claim => claim.Suspect))
        {
            return new ClaimLimit(0, []);
        }

        if (options.Value.ConcurrentJobs is not null)
        {
            return new ClaimLimit(jobs, []);
        }

        var open = room.OpenLanes - running.Sum(claim => claim.Missing.Count);
        return open > 0
            ? new ClaimLimit(Math.Clamp(open / GenerationRequest.MaximumCount, 1, jobs), [])
            : new ClaimLimit(1, [.. running.Select(claim => claim.Job.PersonId).OfType<Guid>().Distinct()]);
    }
}
