using System.Collections.Concurrent;

namespace PromptCanvas.Cli.Bench.Pages;

/// <summary>Two hundred open pages on two web nodes, each of which is clicked every few seconds.</summary>
internal static class ClickBench
{
    private const int Pages = 200;
    private const int ClicksEach = 6;

    private static readonly string[] Names = ["a", "b"];
    private static readonly TimeSpan BetweenClicks = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<BenchRow>> RunAsync(string folder, CancellationToken cancellationToken)
    {
        var nodes = new List<StudioNode>();
        var pages = new List<BlazorPage>();
        try
        {
            foreach (var name in Names)
            {
                nodes.Add(await StudioNode.StartAsync(folder, "Web", name, cancellationToken).ConfigureAwait(false));
            }

            var cookies = await nodes[0].SignInAsync(cancellationToken).ConfigureAwait(false);
            for (var number = 0; number < Pages; number++)
            {
                pages.Add(await BlazorPage.OpenAsync(nodes[number % nodes.Count].Address, cookies, cancellationToken).ConfigureAwait(false));
            }

            var times = new ConcurrentBag<double>();
            await Task.WhenAll(pages.Select((page, number) => UseAsync(page, BetweenClicks * number / Pages, times, cancellationToken))).ConfigureAwait(false);
            return RowsOf(times);
        }
        finally
        {
            await Task.WhenAll(pages.Select(page => page.DisposeAsync().AsTask())).ConfigureAwait(false);
            foreach (var node in nodes)
            {
                await node.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task UseAsync(BlazorPage page, TimeSpan after, ConcurrentBag<double> times, CancellationToken cancellationToken)
    {
        await Task.Delay(after, cancellationToken).ConfigureAwait(false);
        using var timer = new PeriodicTimer(BetweenClicks);
        for (var click = 0; click < ClicksEach; click++)
        {
            times.Add(await page.ClickAsync(cancellationToken).ConfigureAwait(false));
            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static IReadOnlyList<BenchRow> RowsOf(ConcurrentBag<double> times)
    {
        var slow = BenchRow.Share(times, 0.95);
        return
        [
            BenchRow.Of($"a click among {Pages} open pages on {Names.Length} nodes", "ms", times),
            new BenchRow("… p95", "ms", slow, slow, slow, times.Count),
        ];
    }
}
