using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Generation.Queue;

/// <inheritdoc/>
internal sealed class Submissions(CompleteRequests requests, JobStore store, JobEvents events, StorageFaultGuard writes) : ISubmissions
{
    public async Task<Result<Guid>> SubmitAsync(NewJob job, CancellationToken cancellationToken)
    {
        // Checks may also write to the database, because they count a rule's refusals.
        var valid = await writes.TryAsync(() => requests.CheckAsync(job, cancellationToken));
        if (!valid.TryGet(out var checkedJob, out var refusal))
        {
            return refusal;
        }

        var stored = await writes.TryAsync(() => store.InsertAsync(checkedJob, cancellationToken));
        if (!stored.TryGet(out var row, out var refused))
        {
            return refused;
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
}
