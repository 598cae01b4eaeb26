using Microsoft.Extensions.Options;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Generation.Worker;

/// <summary>Limits of the next claim.</summary>
/// <param name="Jobs">Maximum number of jobs; 0 = claim nothing.</param>
/// <param name="Except">People whose jobs are excluded.</param>
internal sealed record ClaimLimit(int Jobs, IReadOnlyList<Guid> Except);

/// <summary>Claims match the engine's admission: enough pictures to fill the open lanes, and beyond that one job for each person without a running job.</summary>
/// <remarks>
/// The engine shows first previews early only for the requests it holds. A person whose job waits in the queue behind four others would
/// otherwise wait for their finished pictures (performance.md, first-preview rule). A claimed job without a lane uses almost no memory;
/// unclaimed jobs keep the queue's order.
/// </remarks>
internal sealed class WorkerCapacity(IOptions<GenerationOptions> options, IEngineProvider engines)
{
    public ClaimLimit For(IReadOnlyCollection<ClaimedJob> running)
    {
        var capacity = engines.Capacity;
        var jobs = (options.Value.ConcurrentJobs ?? capacity.Lanes) - running.Count;
        if (jobs <= 0 || running.Any(claim => claim.Suspect))
        {
            return new ClaimLimit(0, []);
        }

        if (options.Value.ConcurrentJobs is not null)
        {
            return new ClaimLimit(jobs, []);
        }

        var open = capacity.OpenLanes - running.Sum(claim => claim.Missing.Count);
        return open > 0
            ? new ClaimLimit(Math.Clamp(open / GenerationRequest.MaximumCount, 1, jobs), [])
            : new ClaimLimit(1, [.. running.Select(claim => claim.Job.PersonId).OfType<Guid>().Distinct()]);
    }
}
