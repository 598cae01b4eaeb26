using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Worker;

/// <summary>A job leased to this worker. The lease is valid while the fence (fencing token) equals the row's.</summary>
/// <param name="Missing">The pictures still to be generated.</param>
internal sealed record ClaimedJob(Job Job, IReadOnlyList<JobPicture> Missing)
{
    public Guid Id => Job.Id;

    public long Fence => Job.Fence;

    /// <summary>The job was running when a process crashed. It runs alone, so that another crash affects no other job.</summary>
    public bool Suspect => Job.CrashCount > 0;
}
