using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Jobs;

/// <inheritdoc/>
internal sealed class Submissions(
    RequestChecks checks, JobStore store, IJobQueries queries, JobEvents events, QueueWrites writes) : ISubmissions
{
    public async Task<Result<Guid>> SubmitAsync(NewJob job, CancellationToken cancellationToken)
    {
        if (!checks.Check(job).TryGet(out var checkedJob, out var refusal))
        {
            return refusal;
        }

        var stored = await writes.TryAsync(() => store.InsertAsync(checkedJob, cancellationToken));
        if (!stored.TryGet(out var row, out var unavailable))
        {
            return unavailable;
        }

        if (!row.SameBody)
        {
            return new Conflict("This idempotency key was used for another request; use a new one.");
        }

        if (row.Created)
        {
            events.Queued(row.Id);
        }

        return row.Id;
    }

    public async Task<Result<JobView>> CancelAsync(Guid jobId, CancellationToken cancellationToken)
    {
        var written = await writes.TryAsync(() => store.CancelAsync(jobId, cancellationToken));
        if (!written.TryGet(out var cancelled, out var unavailable))
        {
            return unavailable;
        }

        if (await queries.FindAsync(jobId, cancellationToken) is not { } view)
        {
            return new NotFound("There is no such job.");
        }

        if (cancelled)
        {
            events.Cancelled(view);
        }

        return view;
    }
}
