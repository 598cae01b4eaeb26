using System.Collections.Concurrent;

namespace PromptCanvas.Generation.Instant;

/// <summary>Who draws a sketch now: one a person, the newest; and few of all people together, for pictures that are paid for go first.</summary>
internal sealed class BlendPreviewTurns : IDisposable
{
    /// <summary>Sketches of all people that the engine has at the same time: half of its lanes.</summary>
    private const int AtOnce = 4;

    private readonly ConcurrentDictionary<Guid, CancellationTokenSource> newest = new();
    private readonly SemaphoreSlim places = new(AtOnce, AtOnce);

    /// <summary>Ends the person's older sketch and runs the newer one when there is a place.</summary>
    /// <exception cref="OperationCanceledException">Cancelled by the caller, or by a newer one.</exception>
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

    // It may have ended by itself between the look and the call.
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
