using System.Collections.Concurrent;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Instant;

/// <summary>Limits blend previews: one per person (the newest cancels the older one) and few in total, because paid jobs have priority.</summary>
internal sealed class BlendPreviewTurns(ComputeBudget budget) : IDisposable
{
    /// <summary>Maximum concurrent previews of all people: half of the engine's lanes.</summary>
    private const int AtOnce = 4;

    private readonly ConcurrentDictionary<Guid, CancellationTokenSource> newest = new();
    private readonly SemaphoreSlim places = new(AtOnce, AtOnce);

    /// <summary>Like <see cref="RunAsync"/>, within the person's compute budget.</summary>
    /// <exception cref="OperationCanceledException">Cancelled by the caller or superseded by a newer preview.</exception>
    public async Task<Result<T>> RunWithinBudgetAsync<T>(Guid personId, Func<CancellationToken, Task<Result<T>>> draw, CancellationToken cancellationToken) =>
        budget.Check(personId).Refusal is { } spent
            ? spent
            : await RunAsync(personId, token => budget.MeasureAsync(personId, () => draw(token)), cancellationToken);

    /// <summary>Cancels the person's older preview and runs the new one when there is capacity.</summary>
    /// <exception cref="OperationCanceledException">Cancelled by the caller or superseded by a newer preview.</exception>
    public async Task<T> RunAsync<T>(Guid personId, Func<CancellationToken, Task<T>> draw, CancellationToken cancellationToken)
    {
        using var own = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        CancellationTokenSource? older = null;
        newest.AddOrUpdate(personId, own, (_, before) =>
        {
            older = before;
            return own;
        });
        await EndAsync(older);
        try
        {
            await places.WaitAsync(own.Token);
            try
            {
                return await draw(own.Token);
            }
            finally
            {
                places.Release();
            }
        }
        finally
        {
            newest.TryRemove(KeyValuePair.Create(personId, own));
        }
    }

    public void Dispose() => places.Dispose();

    // The older run may have ended and disposed its source in the meantime.
    private static async Task EndAsync(CancellationTokenSource? older)
    {
        try
        {
            await (older?.CancelAsync() ?? Task.CompletedTask);
        }
        catch (ObjectDisposedException)
        {
            return;
        }
    }
}
