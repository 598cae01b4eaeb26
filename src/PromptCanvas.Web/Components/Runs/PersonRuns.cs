using Microsoft.Extensions.Options;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Web.Components.Pictures;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Components.Runs;

/// <summary>The runs of the person of this page, and the credits they cost.</summary>
public sealed class PersonRuns(IPictureMaking making, IJobQueries jobs, ICurrentActor actor, LiveCredits credits, IOptionsMonitor<QuotaOptions> quotas)
{
    /// <summary>Credits for one draft.</summary>
    public decimal DraftCost => Math.Round((decimal)quotas.CurrentValue.DraftCredits, 2);

    public LiveCredits Credits => credits;

    public ValueTask<Actor> PersonAsync(CancellationToken cancellationToken) => actor.GetAsync(cancellationToken);

    public async Task<JobView?> FindAsync(Guid jobId, CancellationToken cancellationToken) =>
        await jobs.FindAsync(await actor.GetAsync(cancellationToken), jobId, cancellationToken);

    public async Task<IReadOnlyList<JobView>> ActiveAsync(CancellationToken cancellationToken) =>
        await jobs.ActiveAsync(await actor.GetAsync(cancellationToken), cancellationToken);

    /// <inheritdoc cref="IJobQueries.HistoryAsync"/>
    public async Task<JobPage> HistoryAsync(string? after, int take, CancellationToken cancellationToken) =>
        await jobs.HistoryAsync(await actor.GetAsync(cancellationToken), after, take, cancellationToken);

    /// <inheritdoc cref="IPictureMaking.DefaultVisibilityAsync"/>
    public async Task<string?> DefaultVisibilityAsync(CancellationToken cancellationToken) =>
        await making.DefaultVisibilityAsync(await actor.GetAsync(cancellationToken), cancellationToken);

    /// <summary>Queues a job and reads the credits again.</summary>
    public async Task<Result<Guid>> StartAsync(NewJob job, CancellationToken cancellationToken)
    {
        // The first submission may wait until the model is loaded; in the background, so that the page goes on.
        var person = await actor.GetAsync(cancellationToken);
        var queued = await Task.Run(() => making.HandleAsync(job, person, cancellationToken), cancellationToken);
        await credits.RefreshAsync(person, cancellationToken);
        return queued;
    }

    /// <summary>Credits of undelivered pictures have been refunded.</summary>
    public async Task<QuotaView?> CountCreditsAsync(CancellationToken cancellationToken) =>
        await credits.RefreshAsync(await actor.GetAsync(cancellationToken), cancellationToken);
}
