using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Credits;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Faults;

/// <summary>Real processes and real signals: rows 1, 2, 4, 17, 19, 24 and 30 of the fault catalogue.</summary>
public sealed class KilledProcessTests(PostgresServer server)
{
    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Kill_AtEveryFailpoint_LosesNothingAndChargesOnce(DatabaseProvider provider)
    {
        await using var runner = new ChaosRunner(provider, await server.SettingsAsync(provider));
        foreach (var failpoint in Failpoints.All)
        {
            // Each start also recovers the job of the previous crash.
            await using var chaos = await runner.StartAsync($"{failpoint}=kill");
            var answer = await chaos.SubmitAsync(failpoint, runner.Person, "a fox");
            if (failpoint == Failpoints.CancelWritten && answer is not null)
            {
                // The process dies during the cancellation, unless the job is finished already.
                await chaos.OrderAsync($"cancel {answer.Split(' ')[1]}");
                await Task.WhenAny(chaos.ExitAsync(), runner.DrainedAsync());
            }
            else
            {
                await chaos.ExitAsync();
            }
        }

        await using (var last = await runner.StartAsync())
        {
            foreach (var failpoint in Failpoints.All)
            {
                Assert.StartsWith("ok ", await last.SubmitAsync(failpoint, runner.Person, "a fox"), StringComparison.Ordinal);
            }

            Assert.StartsWith("refused Conflict", await last.SubmitAsync(Failpoints.All[0], runner.Person, "a bear"), StringComparison.Ordinal);
            await runner.DrainedAsync();
        }

        await runner.ConsistentAsync();
        await using var database = runner.OpenDatabase();
        Assert.Equal(Failpoints.All.Count, await database.Jobs.CountAsync(job => job.State == JobState.Done, Cancellation));
        Assert.Equal(2 * Failpoints.All.Count, await database.Pictures.CountAsync(Cancellation));
        Assert.Equal(2 * Failpoints.All.Count, await database.Ledger.CountAsync(line => line.Kind == LedgerKinds.Charge, Cancellation));
        Assert.True(await database.Jobs.AnyAsync(job => job.CrashCount > 0, Cancellation));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Poison_AmongOthers_FailsAloneAndIsGivenBack(DatabaseProvider provider)
    {
        const string all = "all-asked";
        var settings = (await server.SettingsAsync(provider)).With("Generation:MaximumCrashes", "3").With("Chaos:KillersWaitFor", all);
        await using var runner = new ChaosRunner(provider, settings);
        await using (var first = await runner.StartAsync())
        {
            await first.SubmitAsync("good-1", runner.Person, "a fox");
            await first.SubmitAsync("good-2", runner.Person, "a bear");
            await first.SubmitAsync("nan", runner.Person, "not a number");
            await first.SubmitAsync("memory", runner.Person, "out of memory");
            await first.SubmitAsync("abort", runner.Person, "abort");
            await first.SubmitAsync("stack", runner.Person, "stack");
            await first.SubmitAsync("poison", runner.Person, "poison");
            await File.WriteAllTextAsync(runner.FileOf(all), "", Cancellation);
            await first.ExitAsync();
        }

        // At most nine crashes: three for each of the three killers; the first crash counted for every job.
        for (var start = 0; start < 9 && await OpenAsync(runner) > 0; start++)
        {
            await using var next = await runner.StartAsync();
            await Task.WhenAny(next.ExitAsync(), runner.DrainedAsync());
        }

        await runner.DrainedAsync();
        await runner.ConsistentAsync();
        Assert.Equal(JobState.Failed, (await runner.JobAsync("poison")).State);
        Assert.Contains("stopped 3 times", (await runner.JobAsync("poison")).Error, StringComparison.Ordinal);
        Assert.Equal(JobState.Failed, (await runner.JobAsync("abort")).State);
        Assert.Equal(JobState.Failed, (await runner.JobAsync("stack")).State);
        Assert.Equal(JobState.Failed, (await runner.JobAsync("memory")).State);
        Assert.Equal([JobState.Done, JobState.Done, JobState.Done], [(await runner.JobAsync("good-1")).State, (await runner.JobAsync("good-2")).State, (await runner.JobAsync("nan")).State]);
        await using var database = runner.OpenDatabase();
        Assert.Equal(500, (await database.Quotas.SingleAsync(Cancellation)).Used);
    }

    [Fact]
    public async Task Soak_RandomKillsAndSignals_LoseNothing()
    {
        Assert.SkipUnless(
            double.TryParse(Environment.GetEnvironmentVariable("PROMPTCANVAS_SOAK"), out var minutes),
            "The soak runs for PROMPTCANVAS_SOAK minutes; it is not set.");
        foreach (var provider in PostgresServer.IsInstalled ? new[] { DatabaseProvider.Sqlite, DatabaseProvider.PostgreSql } : [DatabaseProvider.Sqlite])
        {
            await using var runner = new ChaosRunner(provider, (await server.SettingsAsync(provider))
                .With("Generation:MaximumCrashes", "10").With("Quotas:DefaultCredits", "1000000").With("Quotas:MaximumQueued", "100000"));
            var random = new Random(7);
            var end = TimeProvider.System.GetTimestamp() + (long)(minutes * 60 * TimeProvider.System.TimestampFrequency / 2);
            var keys = 0;
            while (TimeProvider.System.GetTimestamp() < end)
            {
                var failpoint = random.Next(2) == 0 ? null : $"{Failpoints.All[random.Next(Failpoints.All.Count)]}=kill@{random.Next(1, 5)}";
                await using var chaos = await runner.StartAsync(failpoint);
                for (var order = random.Next(1, 20); order > 0 && !chaos.HasExited; order--)
                {
                    // Repeat some keys, as a retrying client does.
                    await chaos.SubmitAsync($"key-{(random.Next(4) == 0 ? random.Next(keys + 1) : keys++)}", runner.Person, "a fox", 1 + random.Next(3));
                }

                if (random.Next(2) == 0)
                {
                    chaos.Kill();
                }
                else if (!chaos.HasExited)
                {
                    chaos.Terminate();
                }

                await chaos.ExitAsync();
                await runner.ConsistentAsync();
            }

            await using (await runner.StartAsync())
            {
                await runner.DrainedAsync();
            }

            await runner.ConsistentAsync();
        }
    }

    private static async Task<int> OpenAsync(ChaosRunner runner)
    {
        await using var database = runner.OpenDatabase();
        return await database.Jobs.CountAsync(job => job.State == JobState.Queued || job.State == JobState.Running, Cancellation);
    }
}
