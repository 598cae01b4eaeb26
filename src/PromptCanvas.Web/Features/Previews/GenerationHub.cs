using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Previews;

/// <summary>Streams previews and queue updates. A slow client loses frames and does not slow down others.</summary>
public sealed class GenerationHub(IPreviewBus previews, QueueWatch queue, IJobQueries jobs) : Hub
{
    /// <summary>First the latest frame of every picture, then each new one until the job has ended.</summary>
    /// <exception cref="HubException">The job does not exist, or the caller may not see it.</exception>
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

    /// <summary>First the position of every active job of the caller, then the changes.</summary>
    public IAsyncEnumerable<QueueUpdate> WatchQueue(CancellationToken cancellationToken) => queue.WatchAsync(Actor, cancellationToken);

    private Actor Actor => (Context.User ?? throw new HubException("Not signed in.")).ToActor();
}
