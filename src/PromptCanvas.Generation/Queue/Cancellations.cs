using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Queue;

/// <inheritdoc/>
internal sealed class Cancellations(CancellationStore store, IJobQueries queries, JobEvents events, StorageFaultGuard writes) : ICancellations
{
    private const string BeforeItWasMade = "Cancelled before it was made.";

    private static readonly NotFound Missing = new("There is no job with this id.");

    public async Task<Result<JobView>> CancelAsync(Actor actor, Guid jobId, CancellationToken cancellationToken) =>
        await queries.FindAsync(actor, jobId, cancellationToken) is null ? Missing : await CancelAbandonedAsync(jobId, cancellationToken);

    public async Task<Result<JobView>> CancelAsync(Actor actor, Guid jobId, string reason, CancellationToken cancellationToken) => actor.IsAdministrator
        ? await CancelAsync(jobId, new CancelReason(reason, ForTheJob: true), cancellationToken)
        : new Forbidden("Only administrators cancel other people's jobs.");

    public Task<Result<JobView>> CancelAbandonedAsync(Guid jobId, CancellationToken cancellationToken) =>
        CancelAsync(jobId, new CancelReason(BeforeItWasMade, ForTheJob: false), cancellationToken);

    private async Task<Result<JobView>> CancelAsync(Guid jobId, CancelReason reason, CancellationToken cancellationToken)
    {
        var written = await writes.TryAsync(() => store.CancelAsync(jobId, reason, cancellationToken));
        if (!written.TryGet(out var cancelled, out var unavailable))
        {
            return unavailable;
        }

        if (await queries.FindAsync(jobId, cancellationToken) is not { } view)
        {
            return Missing;
        }

        if (cancelled)
        {
            events.Cancelled(view);
        }

        return view;
    }

    public async Task<Result<JobView>> CancelPictureAsync(Actor actor, Guid jobId, int imageIndex, CancellationToken cancellationToken)
    {
        if (await queries.FindAsync(actor, jobId, cancellationToken) is null)
        {
            return Missing;
        }

        var written = await writes.TryAsync(() => store.CancelPictureAsync(jobId, imageIndex, BeforeItWasMade, cancellationToken));
        if (!written.TryGet(out var cancelled, out var unavailable))
        {
            return unavailable;
        }

        if (await queries.FindAsync(jobId, cancellationToken) is not { } view || view.Images.All(picture => picture.Index != imageIndex))
        {
            return new NotFound("There is no such picture.");
        }

        switch (cancelled)
        {
            case PictureCancel.Cancelled:
                events.Dropped(view, imageIndex);
                break;
            case PictureCancel.JobOver:
                events.Cancelled(view);
                break;
        }

        return view;
    }

    public async Task<Result<int>> CancelAllOfAsync(Guid personId, string reason, CancellationToken cancellationToken)
    {
        return await writes.TryAsync(async () =>
        {
            var cancelled = 0;
            foreach (var jobId in await store.ActiveOfAsync(personId, cancellationToken))
            {
                if (await store.CancelAsync(jobId, new CancelReason(reason, ForTheJob: true), cancellationToken))
                {
                    cancelled++;
                    if (await queries.FindAsync(jobId, cancellationToken) is { } view)
                    {
                        events.Cancelled(view);
                    }
                }
            }

            return cancelled;
        });
    }
}
