using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Features.Previews;

/// <summary>Ends hub streams that need an unavailable store by a sentence, and logs why streams end; a filter of the hub would not see what happens within a
/// stream, and SignalR's own log has the stack trace of every refusal.</summary>
public sealed class HubStreams
{
    private readonly StoreFaults stores;
    private readonly ILogger<HubStreams> logger;

    internal HubStreams(StoreFaults stores, ILogger<HubStreams> logger) => (this.stores, this.logger) = (stores, logger);

    /// <exception cref="StoreAwayException">The database is unavailable.</exception>
    public async IAsyncEnumerable<T> GuardAsync<T>(IAsyncEnumerable<T> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        await using var source = items.GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(source))
        {
            yield return source.Current;
        }
    }

    private async ValueTask<bool> NextAsync<T>(IAsyncEnumerator<T> source)
    {
        try
        {
            return await source.MoveNextAsync();
        }
        catch (Exception fault) when (stores.RefusalOf(fault) is { } refusal)
        {
            logger.LogWarning("A stream of the hub was ended: {Reason}", refusal.Message);
            throw new StoreAwayException(refusal.Message, fault);
        }
        catch (Exception fault) when (fault is not (HubException or OperationCanceledException))
        {
            logger.LogError(fault, "A stream of the hub failed");
            throw;
        }
    }
}

/// <summary>Clients see the name and the message, and may open the stream again.</summary>
public sealed class StoreAwayException(string message, Exception fault) : HubException(message, fault);
