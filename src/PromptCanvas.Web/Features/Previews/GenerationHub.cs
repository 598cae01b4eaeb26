using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Previews;

/// <summary>Pictures on their way and the queue's movement, as streams: a slow reader loses frames and slows nobody.</summary>
public sealed class GenerationHub(IPreviewBus previews, QueueWatch queue, IJobQueries jobs) : Hub
{
    /// <summary>The latest frame of every picture first, then each picture's latest until the job is over.</summary>
    /// <exception cref="HubException">There is no such job, or not for the caller.</exception>
    public async IAsyncEnumerable<PreviewMessage> Watch(Guid jobId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await jobs.FindAsync(Actor, jobId, cancellationToken) is null)
        {
            throw new HubException("There is no job with this id.");
        }

        await foreach (var frame in previews.WatchAsync(jobId, cancellationToken))
        {
            yield return PreviewMessage.Of(frame);
        }
    }

    /// <summary>The place of every active job of the caller first, then what changes.</summary>
    public IAsyncEnumerable<QueueUpdate> WatchQueue(CancellationToken cancellationToken) => queue.WatchAsync(Actor, cancellationToken);

    private Actor Actor => (Context.User ?? throw new HubException("Nobody is signed in.")).ToActor();
}
