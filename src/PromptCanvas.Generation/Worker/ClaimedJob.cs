using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Worker;

/// <summary>A job this worker may run, as long as its fence is the row's.</summary>
/// <param name="Missing">The pictures that are still to be made.</param>
internal sealed record ClaimedJob(Job Job, IReadOnlyList<JobImage> Missing)
{
    public Guid Id => Job.Id;

    public long Fence => Job.Fence;

    /// <summary>It was on the engine when a process died: it runs alone, so that it cannot take others down with it.</summary>
    public bool Suspect => Job.CrashCount > 0;
}
