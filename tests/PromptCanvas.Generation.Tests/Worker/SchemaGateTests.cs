using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Generation.Worker;

namespace PromptCanvas.Generation.Tests.Worker;

/// <summary>A worker of an older version beside a database that a newer one has migrated.</summary>
public sealed class SchemaGateTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Studio studio;

    public SchemaGateTests() => studio = new Studio(folder.Path, settings: new Dictionary<string, string?> { ["Generation:SharedQueue"] = "true" });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Claim_FromANewerSchema_TakesNothing_AndAllAgainFromItsOwn()
    {
        await studio.PrepareAsync();
        await studio.SubmitAsync(TestRequests.Fox());
        await MigrateAsync();

        Assert.Empty(await studio.Get<JobClaims>().ClaimAsync(1, alone: true, Cancellation));

        await using var database = studio.OpenDatabase();
        Assert.Equal(JobState.Queued, (await database.Jobs.AsNoTracking().SingleAsync(Cancellation)).State);
        await database.Database.ExecuteSqlAsync($"DELETE FROM \"__EFMigrationsHistory\" WHERE \"MigrationId\" LIKE '9999%'", Cancellation);
        Assert.Single(await studio.Get<JobClaims>().ClaimAsync(1, alone: true, Cancellation));
    }

    [Fact]
    public async Task Worker_OverANewerSchema_SaysSo()
    {
        await studio.StartAsync();
        await MigrateAsync();
        var said = studio.Log.SaysAsync("This worker takes no more jobs. The database belongs to a newer version of PromptCanvas (it has 99990101000000_Newer)");
        while (!said.IsCompleted)
        {
            // The service may not be waiting on its clock yet.
            studio.Clock.Advance(SchemaWatch.Interval);
            await Task.WhenAny(said, Task.Delay(TimeSpan.FromMilliseconds(20), Cancellation));
        }

        await said;
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        folder.Dispose();
    }

    private async Task MigrateAsync()
    {
        await using var database = studio.OpenDatabase();
        await database.Database.ExecuteSqlAsync(
            $"INSERT INTO \"__EFMigrationsHistory\" (\"MigrationId\", \"ProductVersion\") VALUES ('99990101000000_Newer', '99.0.0')", Cancellation);
    }
}
