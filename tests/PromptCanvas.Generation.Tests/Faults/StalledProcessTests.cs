using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Faults;

/// <summary>Real processes that are told to stop, are stopped or hang: rows 5, 6 and 20 of the fault catalogue.</summary>
public sealed class StalledProcessTests(PostgresServer server)
{
    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Terminate_WhileItWorks_HandsBackAndTheNextGoesOn(DatabaseProvider provider)
    {
        await using var runner = new ChaosRunner(provider, (await server.SettingsAsync(provider)).With("Chaos:StepMilliseconds", "400"));
        await using (var first = await runner.StartAsync())
        {
            await first.SubmitAsync("key", runner.Person, "a fox", count: 8);
            await runner.UntilAsync(database => database.JobPictures.AnyAsync(image => image.State == JobPictureState.Done, Cancellation));
            var told = TimeProvider.System.GetTimestamp();
            first.Terminate();
            Assert.Equal(0, await first.ExitAsync());
            Assert.InRange(TimeProvider.System.GetElapsedTime(told), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        }

        var stopped = await runner.JobAsync("key");
        Assert.Equal((JobState.Queued, 0), (stopped.State, stopped.CrashCount));
        Assert.InRange(stopped.CompletedImages, 1, 7);
        await using (await runner.StartAsync())
        {
            await runner.DrainedAsync();
        }

        var done = await runner.JobAsync("key");
        Assert.Equal((JobState.Done, 0, 2, 8), (done.State, done.CrashCount, done.Attempt, done.CompletedImages));
        await runner.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Stopped_LongerThanItsLease_IsTooLateWithItsResult(DatabaseProvider provider)
    {
        await using var runner = new ChaosRunner(provider, (await server.SettingsAsync(provider))
            .With("Generation:SharedQueue", "true").With("Generation:Lease", "00:00:03").With("Chaos:StepMilliseconds", "600"));
        await using var stalled = await runner.StartAsync();
        await stalled.SubmitAsync("key", runner.Person, "a fox");
        await runner.UntilAsync(database => database.Jobs.AnyAsync(job => job.State == JobState.Running, Cancellation));
        await runner.StopAsync(stalled);

        await using var other = await runner.StartAsync();
        await runner.UntilAsync(database => database.Jobs.AnyAsync(job => job.Attempt > 1, Cancellation));
        stalled.Continue();
        await runner.DrainedAsync();

        // The stalled process resumes and notices the lost lease: it still accepts commands, and its late results are not counted.
        Assert.StartsWith("ok ", await stalled.SubmitAsync("key", runner.Person, "a fox"), StringComparison.Ordinal);
        var job = await runner.JobAsync("key");
        Assert.Equal((JobState.Done, 2), (job.State, job.CompletedImages));
        Assert.InRange(job.CrashCount, 1, job.Attempt - 1);
        await runner.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Hang_OfTheEngine_EndsTheProcessAndTheNextGoesOn(DatabaseProvider provider)
    {
        await using var runner = new ChaosRunner(provider, (await server.SettingsAsync(provider)).With("Generation:HangLimit", "00:00:03"));
        await using (var first = await runner.StartAsync())
        {
            await first.SubmitAsync("key", runner.Person, "hang");
            Assert.NotEqual(0, await first.ExitAsync());
        }

        await using (await runner.StartAsync())
        {
            await runner.DrainedAsync();
        }

        var job = await runner.JobAsync("key");
        Assert.Equal((JobState.Done, 1, 2), (job.State, job.CrashCount, job.CompletedImages));
        await runner.ConsistentAsync();
    }
}
