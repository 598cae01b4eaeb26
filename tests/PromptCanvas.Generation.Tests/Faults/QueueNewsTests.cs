using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Supervision;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Generation.Worker;

namespace PromptCanvas.Generation.Tests.Faults;

/// <summary>Notifications between the processes of one queue: row 10 of the fault catalogue, for LISTEN.</summary>
public sealed class QueueNewsTests(PostgresServer server) : IDisposable
{
    private const string Listeners = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";

    private readonly TemporaryFolder here = new();
    private readonly TemporaryFolder there = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Submit_InOneProcess_WakesTheWorkerOfAnotherAtOnce_AlsoAfterItsLineWasCut()
    {
        var settings = (await server.SettingsAsync(DatabaseProvider.PostgreSql)).With("Generation:SharedQueue", "true");
        await using var asks = await new Studio(here.Path, settings: settings).PrepareAsync();

        // No clock moves while a job waits, so polling cannot be what wakes it.
        await using var works = await new Studio(there.Path, settings: settings).StartAsync();
        await asks.Get<QueueNews>().StartAsync(Cancellation);
        await UntilAsync(asks, pids => pids.Count == 2);

        await works.WaitAsync(await asks.SubmitAsync(TestRequests.Fox("first")), JobState.Done);

        var cut = await PidsAsync(asks);
        await using (var database = asks.OpenDatabase())
        {
            await database.Database.SqlQueryRaw<bool>($"SELECT pg_terminate_backend(pid) AS \"Value\" {Listeners}").ToListAsync(Cancellation);
        }

        // The supervisor starts a broken line again after a pause on the studio's clock. No job waits meanwhile.
        await UntilAsync(
            asks,
            pids => pids.Count == 2 && !pids.Exists(cut.Contains),
            () =>
            {
                asks.Clock.Advance(Supervisor.PauseAfter(1));
                works.Clock.Advance(Supervisor.PauseAfter(1));
            });
        await works.WaitAsync(await asks.SubmitAsync(TestRequests.Fox("second")), JobState.Done);
        await asks.Get<QueueNews>().StopAsync(Cancellation);
        await works.ConsistentAsync();
    }

    public void Dispose()
    {
        here.Dispose();
        there.Dispose();
    }

    private static async Task<List<int>> PidsAsync(Studio studio)
    {
        await using var database = studio.OpenDatabase();
        return await database.Database.SqlQueryRaw<int>($"SELECT pid AS \"Value\" {Listeners}").ToListAsync(Cancellation);
    }

    private static async Task UntilAsync(Studio studio, Predicate<List<int>> expected, Action? betweenLooks = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!expected(await PidsAsync(studio)))
        {
            betweenLooks?.Invoke();
            await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
        }
    }
}
