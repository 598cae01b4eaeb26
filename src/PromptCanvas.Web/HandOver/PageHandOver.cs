using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Web.HandOver;

/// <summary>Moves the pages of a leaving node to other nodes, then stops the host. The host itself would cut all pages first.</summary>
internal sealed class PageHandOver(Drain drain, OpenPages pages, IHostApplicationLifetime lifetime, TimeProvider clock, Supervisor supervisor) : SupervisedService(supervisor)
{
    // 40 pages a second: the other nodes build each of them again.
    private const int PagesAtOnce = 10;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        if (!drain.IsPossible)
        {
            return;
        }

        await drain.Begun.WaitAsync(stoppingToken);
        var began = clock.GetTimestamp();
        await Task.Delay(drain.Notice, clock, stoppingToken);
        while (pages.Count > 0 && clock.GetElapsedTime(began) + drain.Rest < drain.Limit)
        {
            await pages.MoveAsync(PagesAtOnce, stoppingToken);
            await Task.Delay(Interval, clock, stoppingToken);
        }

        // A request that meets the end of its connection is lost: neither a balancer nor a client repeats a POST.
        drain.Close();
        await Task.Delay(drain.Rest, clock, stoppingToken);
        lifetime.StopApplication();
    }
}
