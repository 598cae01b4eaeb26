using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using PromptCanvas.Data;
using PromptCanvas.Generation.Supervision;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Supervision;

/// <summary>Background services after an outage of the database, on a clock that the tests move.</summary>
public sealed class DatabaseReturnTests : IAsyncDisposable
{
    private const int LongRow = 8;

    private readonly TemporaryFolder folder = new();
    private readonly WatchedClock clock = new();
    private readonly CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Studio studio;
    private readonly Switch database;
    private readonly DatabaseReturn returns;
    private readonly Supervisor supervisor;
    private int tries;
    private Task loop = Task.CompletedTask;

    public DatabaseReturnTests()
    {
        studio = new Studio(folder.Path);
        database = new Switch(studio.Get<IDbContextFactory<AppDbContext>>());
        var faults = new BackgroundFaults(NullLogger<BackgroundFaults>.Instance);
        returns = new DatabaseReturn(database, new SwitchFaults(), faults, clock);
        var exit = new ProcessExit(NullLogger<ProcessExit>.Instance);
        supervisor = new Supervisor(faults, new SchemaGuard(database), returns, exit, clock);
    }

    [Fact]
    public async Task Service_AfterALongOutage_WorksAgainTwoSecondsAfterTheReturn()
    {
        await FailForLongAsync();

        database.IsAway = false;
        clock.Advance(DatabaseReturn.Interval);

        await UntilAsync(() => supervisor.Faults.Ill.Count == 0);
        Assert.Equal(1, returns.Returns);
    }

    [Fact]
    public async Task Service_ThatFailsOnceMoreAfterTheReturn_RestsForASecond()
    {
        var rests = 1;
        await FailForLongAsync(() => rests-- > 0);

        database.IsAway = false;
        clock.Advance(DatabaseReturn.Interval);
        await UntilAsync(() => tries == LongRow + 1 && clock.Count(Supervisor.PauseAfter(1)) == 2);
        clock.Advance(Supervisor.PauseAfter(1));

        await UntilAsync(() => supervisor.Faults.Ill.Count == 0);
    }

    [Fact]
    public async Task Service_ThatFailsWhileTheDatabaseAnswers_RestsEverLonger()
    {
        await studio.PrepareAsync();
        Begin(() => true);

        // One second, then two, and so on; nothing shortens these pauses.
        for (var row = 1; row <= LongRow; row++)
        {
            await UntilAsync(() => clock.Count(Supervisor.PauseAfter(row)) > (row == LongRow ? 1 : 0));
            clock.Advance(Supervisor.PauseAfter(row));
        }

        Assert.Equal(0, returns.Returns);
    }

    [Fact]
    public async Task ServiceThatKeepsItsRhythm_AfterAnOutage_WorksAgainWithTheReturnAndNotAtItsNextTurn()
    {
        await studio.PrepareAsync();
        database.IsAway = true;
        using var service = new Steady(supervisor, clock, () => database.IsAway);
        await service.StartAsync(stopping.Token);
        await UntilAsync(() => supervisor.Faults.Ill.Count == 1, () => clock.Advance(Steady.Interval));

        database.IsAway = false;
        var since = clock.GetUtcNow();
        await UntilAsync(() => supervisor.Faults.Ill.Count == 0, () => clock.Advance(DatabaseReturn.Interval));

        Assert.True(clock.GetUtcNow() - since < Steady.Interval);
        await service.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop;
        returns.Dispose();
        stopping.Dispose();
        await studio.DisposeAsync();
        folder.Dispose();
    }

    private static async Task UntilAsync(Func<bool> expected, Action? step = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!expected())
        {
            step?.Invoke();
            await Task.Delay(5, patience.Token);
        }
    }

    /// <summary>Starts a service that fails while the database is away, or while the test says so.</summary>
    private void Begin(Func<bool> fails) => loop = supervisor.RunAsync(
        "test",
        async token =>
        {
            tries++;
            if (database.IsAway || fails())
            {
                throw new AwayException();
            }

            supervisor.Faults.Worked("test");
            await Task.Delay(Timeout.Infinite, token);
        },
        stopping.Token);

    /// <summary>An outage in which the service fails so often that it rests for a minute; both it and the one that asks for the database wait on the clock then.</summary>
    private async Task FailForLongAsync(Func<bool>? later = null)
    {
        await studio.PrepareAsync();
        database.IsAway = true;
        Begin(later ?? (() => false));
        for (var row = 1; row <= LongRow; row++)
        {
            if (row > 1)
            {
                clock.Advance(Supervisor.LongestPause);
            }

            await UntilAsync(() => tries == row && database.Asks > SchemaAsks && clock.Pauses == tries + database.Asks - SchemaAsks);
        }
    }

    // The supervisor also asks for the schema, once per row of failures.
    private int SchemaAsks => tries >= BackgroundFaults.IllAfter ? 1 : 0;

    private sealed class AwayException : Exception;

    /// <summary>Fails while the database is away.</summary>
    private sealed class Steady(Supervisor supervisor, TimeProvider clock, Func<bool> isAway) : SupervisedService(supervisor)
    {
        // Longer than all steps of the test's clock together.
        public static readonly TimeSpan Interval = TimeSpan.FromDays(40);

        protected override Task RunAsync(CancellationToken stoppingToken) =>
            SteadilyAsync(Interval, clock, _ => isAway() ? throw new AwayException() : Task.CompletedTask, stoppingToken);
    }

    private sealed class SwitchFaults : IDatabaseFaults
    {
        public string? Describe(Exception fault) => fault is AwayException ? "The database is unavailable." : null;

        public bool IsFull(Exception fault) => false;

        public bool IsConflict(Exception fault) => false;
    }

    private sealed class Switch(IDbContextFactory<AppDbContext> inner) : IDbContextFactory<AppDbContext>
    {
        private int asks;

        public volatile bool IsAway;

        public int Asks => Volatile.Read(ref asks);

        public AppDbContext CreateDbContext()
        {
            Interlocked.Increment(ref asks);
            return IsAway ? throw new AwayException() : inner.CreateDbContext();
        }
    }

    /// <summary>Counts the pauses that began, by their length.</summary>
    private sealed class WatchedClock : FakeTimeProvider
    {
        private readonly List<TimeSpan> pauses = [];

        public int Pauses
        {
            get
            {
                lock (pauses)
                {
                    return pauses.Count;
                }
            }
        }

        public int Count(TimeSpan length)
        {
            lock (pauses)
            {
                return pauses.Count(pause => pause == length);
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            lock (pauses)
            {
                pauses.Add(dueTime);
            }

            return timer;
        }
    }
}
