using System.Collections.Concurrent;
using Microsoft.JSInterop;

namespace PromptCanvas.Web.HandOver;

/// <summary>The pages that are connected to this node.</summary>
internal sealed class OpenPages
{
    private readonly ConcurrentDictionary<string, Page> pages = new(StringComparer.Ordinal);

    public int Count => pages.Count;

    public void Add(string circuit, IJSRuntime browser) => pages[circuit] = new Page(browser);

    public void Remove(string circuit) => pages.TryRemove(circuit, out _);

    /// <summary>Asks pages that were not asked yet to move to another node.</summary>
    /// <param name="most">Number of pages.</param>
    public async Task MoveAsync(int most, CancellationToken cancellationToken)
    {
        foreach (var page in pages.Values.Where(page => !page.IsAsked).Take(most))
        {
            page.IsAsked = true;
            try
            {
                await page.Browser.InvokeVoidAsync("moveToAnotherNode", cancellationToken);
            }
            catch (Exception fault) when (fault is JSException or JSDisconnectedException or TaskCanceledException or ObjectDisposedException)
            {
                // The page has left, or has no script; it connects again by itself when this node is gone.
            }
        }
    }

    private sealed class Page(IJSRuntime browser)
    {
        public IJSRuntime Browser => browser;

        public bool IsAsked { get; set; }
    }
}
