using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Credits;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Faults;

/// <summary>Pictures with numerical failures (NaN): row 18 of the fault catalogue.</summary>
public sealed class UnluckySeedTests(PostgresServer server) : IDisposable
{
    private static readonly Guid Anna = Guid.Parse("a0000000-0000-4000-8000-000000000000");

    private readonly TemporaryFolder folder = new();

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Picture_NotANumber_IsMadeWithAnotherSeedForOneCharge(DatabaseProvider provider)
    {
        await using var studio = new Studio(folder.Path, settings: await server.SettingsAsync(provider));

        // Seed 8 is the second of three pictures (seeds 7, 8 and 9).
        studio.Engine.Unlucky = seed => seed == 8;
        await studio.StartAsync();

        var job = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.FoxOf(Anna, count: 3)), JobState.Done);

        Assert.All(job.Images, image => Assert.Equal(JobPictureState.Done, image.State));
        Assert.Equal([[0, 1, 2], [1]], studio.Engine.Requests.Select(request => request.ImageIndices!));
        await using var database = studio.OpenDatabase();
        var seeds = await database.Pictures.OrderBy(image => image.ImageIndex).Select(image => (uint)image.Seed).ToListAsync(Cancellation);
        Assert.Equal((7u, 9u), (seeds[0], seeds[2]));
        Assert.NotInRange(seeds[1], 0u, 1000u);

        // The job records the seed that produced the picture, not the planned one.
        Assert.Equal(seeds, job.Images.Select(image => image.Seed));
        Assert.Equal(3, await database.Ledger.CountAsync(line => line.Kind == LedgerKinds.Charge, Cancellation));
        Assert.False(await database.Ledger.AnyAsync(line => line.Kind == LedgerKinds.Refund, Cancellation));
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Picture_NotANumberTwice_FailsAloneAndIsGivenBack(DatabaseProvider provider)
    {
        await using var studio = new Studio(folder.Path, settings: await server.SettingsAsync(provider));
        studio.Engine.NotANumber = index => index == 1;
        await studio.StartAsync();

        var job = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.FoxOf(Anna, count: 3)), JobState.Done);

        Assert.Equal([JobPictureState.Done, JobPictureState.Failed, JobPictureState.Done], job.Images.Select(image => image.State));
        Assert.Equal(2, studio.Engine.Requests.Count);
        Assert.Equal(2, (await studio.QuotaAsync(Anna)).Used);
        await studio.ConsistentAsync();
    }

    public void Dispose() => folder.Dispose();
}
