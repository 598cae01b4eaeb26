using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Queue;

/// <summary>The queue on the administration page.</summary>
/// <param name="Names">Names of the people in the queue.</param>
internal sealed record QueueSight(QueueOverview Queue, IReadOnlyDictionary<Guid, string> Names);

/// <summary>An administrator's actions on the queue.</summary>
internal sealed class QueueAdministration(
    IQueueAdmin queue, ICancellations cancellations, IDbContextFactory<AppDbContext> databases, ICurrentActor actor, AdministratorActs acts)
{
    private const int MostJobs = 200;
    private const int LongestReason = 200;

    /// <exception cref="UnauthorizedAccessException">The user is no longer an administrator.</exception>
    public async Task<QueueSight> LookAsync(CancellationToken cancellationToken)
    {
        await acts.CheckAsync(cancellationToken);
        var overview = await queue.LookAsync(MostJobs, cancellationToken);
        var ids = overview.Jobs.Select(job => job.PersonId).Append(overview.PausedBy).OfType<Guid>().ToHashSet();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return new QueueSight(
            overview,
            await database.People.Where(person => ids.Contains(person.Id)).ToDictionaryAsync(person => person.Id, person => person.DisplayName, cancellationToken));
    }

    public Task<Result> PauseAsync(string reason, CancellationToken cancellationToken) =>
        ActAsync("queue.pause", null, reason, async actor => await queue.PauseAsync(reason, actor.PersonId, cancellationToken), cancellationToken);

    public Task<Result> ResumeAsync(CancellationToken cancellationToken) =>
        ActAsync("queue.resume", null, null, async _ => await queue.ResumeAsync(cancellationToken), cancellationToken);

    public Task<Result> MoveToFrontAsync(Guid jobId, CancellationToken cancellationToken) =>
        ActAsync("queue.front", jobId, null, async _ => await queue.MoveToFrontAsync(jobId, cancellationToken), cancellationToken);

    public Task<Result> MoveBeforeAsync(Guid jobId, Guid beforeJobId, CancellationToken cancellationToken) =>
        ActAsync("queue.move", jobId, $"before {beforeJobId}", async _ => await queue.MoveBeforeAsync(jobId, beforeJobId, cancellationToken), cancellationToken);

    /// <summary>Cancels a job. Its owner sees the reason in the job and in the ledger next to the refund.</summary>
    public Task<Result> CancelAsync(Guid jobId, string? reason, CancellationToken cancellationToken) =>
        ActAsync("queue.cancel", jobId, reason?.Trim(), async _ => await CancelForAsync(jobId, reason?.Trim(), cancellationToken), cancellationToken);

    private async Task<Result> CancelForAsync(Guid jobId, string? reason, CancellationToken cancellationToken) => reason is { Length: > 0 and <= LongestReason }
        ? await cancellations.CancelAsync(await actor.GetAsync(cancellationToken), jobId, $"An administrator cancelled it: {reason}", cancellationToken)
        : new InvalidInput("reason", $"Give a reason of at most {LongestReason} characters; the owner of the job will see it.");

    private Task<Result> ActAsync(string action, Guid? jobId, string? detail, Func<AuditActor, Task<Result>> act, CancellationToken cancellationToken) =>
        acts.ActAsync(action, jobId?.ToString(), detail, act, cancellationToken);
}
