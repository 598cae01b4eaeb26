using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Previews;

/// <summary>Streams previews and queue updates. A slow client loses frames and does not slow down others.</summary>
public sealed class GenerationHub(IPreviewBus previews, QueueWatch queue, IJobQueries jobs, LineLimits limits, HubStreams streams) : Hub
{
    /// <summary>First the latest frame of every picture, then each new one until the job has ended.</summary>
    /// <exception cref="HubException">The job does not exist, or the caller may not see it.</exception>
    public IAsyncEnumerable<PreviewMessage> Watch(Guid jobId, CancellationToken cancellationToken) => streams.GuardAsync(FramesAsync(jobId, cancellationToken), cancellationToken);

    /// <summary>First the position of every active job of the caller, then the changes.</summary>
    /// <exception cref="HubException">The person or the address has too many streams.</exception>
    public IAsyncEnumerable<QueueUpdate> WatchQueue(CancellationToken cancellationToken) => streams.GuardAsync(UpdatesAsync(cancellationToken), cancellationToken);

    private async IAsyncEnumerable<PreviewMessage> FramesAsync(Guid jobId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stream = OpenStream();
        if (await jobs.FindAsync(Actor, jobId, cancellationToken) is null)
        {
            throw new HubException("There is no job with this id.");
        }

        await foreach (var frame in previews.WatchAsync(jobId, cancellationToken))
        {
            yield return PreviewMessage.Of(frame);
        }
    }

    private async IAsyncEnumerable<QueueUpdate> UpdatesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stream = OpenStream();
        await foreach (var update in queue.WatchAsync(Actor, cancellationToken))
        {
            yield return update;
        }
    }

    private IDisposable OpenStream() => limits.TryStream(Context.GetHttpContext() ?? throw new HubException("Not connected over HTTP."))
        ?? throw new HubException("Too many streams are open for this account or from this address; close other pages or programs and try again.");

    private Actor Actor => (Context.User ?? throw new HubException("Not signed in.")).ToActor();
}
