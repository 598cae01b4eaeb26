using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Web.Features.Previews;

/// <summary>Turns change notifications into queue positions.</summary>
public sealed class QueueWatch(IJobFeed feed, IQueueBoard board, TimeProvider clock)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    /// <summary>First every active job of the person, then each change of an active job and the end of known jobs; at most four updates per second.</summary>
    public async IAsyncEnumerable<QueueUpdate> WatchAsync(Actor actor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        using var subscription = feed.Subscribe(null, _ => changed.Writer.TryWrite(true));
        var known = new Dictionary<Guid, QueueUpdate>();
        do
        {
            foreach (var update in await RoundAsync(actor, known, cancellationToken))
            {
                yield return update;
            }

            await Task.Delay(Pace, cancellationToken);
        }
        while (await changed.Reader.ReadAsync(cancellationToken));
    }

    private static QueueUpdate UpdateOf(JobView job) => new(
        job.Id,
        LowerCaseName.Of(job.State),
        job.Position,
        job.EtaSeconds,
        job.Images.Count(picture => picture.State == JobPictureState.Done));

    private async Task<List<QueueUpdate>> RoundAsync(Actor actor, Dictionary<Guid, QueueUpdate> known, CancellationToken cancellationToken)
    {
        // One reading serves all watchers; the actor's own jobs are those that JobQueries would show.
        var reading = await board.ReadAsync(clock.GetTimestamp(), cancellationToken);
        var now = reading.Active.Values.Where(job => job.PersonId == actor.PersonId).Select(UpdateOf).ToDictionary(update => update.JobId);
        foreach (var over in known.Keys.Except(now.Keys).ToArray())
        {
            known.Remove(over);
            if (reading.Ended.GetValueOrDefault(over) is { } job)
            {
                now[over] = UpdateOf(job);
            }
        }

        var updates = now.Values.Where(update => !known.TryGetValue(update.JobId, out var before) || before != update).ToList();
        foreach (var update in updates.Where(update => update.State is "queued" or "running"))
        {
            known[update.JobId] = update;
        }

        return updates;
    }
}
