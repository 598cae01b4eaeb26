using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Features.Previews;

/// <summary>Ends hub streams that need an unavailable store by a sentence; a filter of the hub would not see what happens within a stream.</summary>
public sealed class HubStreams
{
    private readonly StoreFaults stores;

    internal HubStreams(StoreFaults stores) => this.stores = stores;

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
            throw new StoreAwayException(refusal.Message, fault);
        }
    }
}

/// <summary>Clients see the name and the message, and may open the stream again.</summary>
public sealed class StoreAwayException(string message, Exception fault) : HubException(message, fault);
