using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Components.Runs;

/// <summary>Cancels jobs and pictures of the person of this page.</summary>
public sealed class PersonCancellations(ICurrentActor actor, ICancellations cancellations)
{
    public async Task<Result<JobView>> CancelAsync(Guid jobId, CancellationToken cancellationToken) =>
        await cancellations.CancelAsync(await actor.GetAsync(cancellationToken), jobId, cancellationToken);

    public async Task<Result<JobView>> CancelPictureAsync(Guid jobId, int imageIndex, CancellationToken cancellationToken) =>
        await cancellations.CancelPictureAsync(await actor.GetAsync(cancellationToken), jobId, imageIndex, cancellationToken);
}
