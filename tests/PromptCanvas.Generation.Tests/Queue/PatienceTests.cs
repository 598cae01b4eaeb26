using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Queue;

/// <summary>A waiting client is refused at once, free of charge, if the wait would exceed its limit. On both databases.</summary>
public sealed class PatienceTests(PostgresServer postgres) : IDisposable
{
    private const double SecondsAPicture = 10;
    private static readonly Guid Anna = Guid.Parse("a0000000-0000-4000-8000-000000000000");
    private static readonly Guid Bert = Guid.Parse("b0000000-0000-4000-8000-000000000000");

    private readonly TemporaryFolder folder = new();
    private readonly Gate gate = new();

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Submit_WhileTheQueueIsPaused_IsRefusedToWhoWaits_AndTakenFromOthers(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        await studio.Get<IQueueAdmin>().PauseAsync("The graphics card is being changed.", Bert, Cancellation);

        Assert.False((await studio.TrySubmitAsync(TestRequests.FoxOf(Anna) with { Patience = TimeSpan.FromHours(1) })).TryGet(out _, out var refusal));

        Assert.Contains("paused (The graphics card is being changed)", Assert.IsType<QueueTooLong>(refusal).Message, StringComparison.Ordinal);
        Assert.Equal(0, (await studio.QuotaAsync(Anna)).Used);
        await studio.SubmitAsync(TestRequests.FoxOf(Anna));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Submit_BeforeWhatWaits_StillWaitsForWhatRuns(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        studio.Get<PictureTimes>().Add("starter", "generate", 64, SecondsAPicture);
        studio.Engine.BeforeImage = (_, _, token) => gate.PassAsync(token);
        await studio.StartAsync();
        await studio.SubmitAsync(TestRequests.FoxOf(Anna, "runs", count: 4));
        await gate.Reached;
        await studio.SubmitAsync(TestRequests.FoxOf(Anna, "waits") with { Background = true });

        // First in the queue; at least three of the four running pictures remain (30 seconds), plus 10 seconds for its own.
        var first = TestRequests.FoxOf(Bert, "first", count: 1);
        Assert.False((await studio.TrySubmitAsync(first with { Patience = TimeSpan.FromSeconds(35) })).TryGet(out _, out var refusal));
        Assert.InRange(Assert.IsType<QueueTooLong>(refusal).Excess.TotalSeconds, 5, 15);
        await studio.SubmitAsync(first with { Patience = TimeSpan.FromSeconds(55) });
        gate.Open();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Submit_OfWidePictures_CountsEachOfTheirSquares(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        studio.Get<PictureTimes>().Add("starter", "generate", 64, SecondsAPicture);
        var wide = TestRequests.FoxOf(Anna, "wide", count: 2) with { Size = 64, Operation = new GenerateOperation(new AspectRatio(16, 9)) };
        var seconds = 2 * EditPlan.SquaresOf(64, new AspectRatio(16, 9)) * SecondsAPicture;
        Assert.True(seconds > 2 * SecondsAPicture);

        Assert.False((await studio.TrySubmitAsync(wide with { Patience = TimeSpan.FromSeconds(seconds - 1) })).TryGet(out _, out var refusal));
        var id = await studio.SubmitAsync(wide with { Patience = TimeSpan.FromSeconds(seconds + 1) });

        Assert.IsType<RequestTooLong>(refusal);
        Assert.Equal(seconds, (await studio.FindAsync(id)).EtaSeconds);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Submit_OfASortThatWasNeverMade_IsEstimatedButNotRefused(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        studio.Engine.Operations = request => request.Size * request.Size;
        var first = TestRequests.FoxOf(Anna, "first", count: 2) with { Size = 256, Patience = TimeSpan.FromSeconds(SecondsAPicture) };
        Assert.Null((await studio.FindAsync(await studio.SubmitAsync(first))).EtaSeconds);

        studio.Get<PictureTimes>().Add("starter", "generate", 64, SecondsAPicture);
        studio.Get<QueueForecast>().Forget();
        var second = await studio.FindAsync(await studio.SubmitAsync(first with { IdempotencyKey = "second" }));

        // Two jobs of two pictures, each with sixteen times the operations.
        Assert.Equal(2 * 2 * 16 * SecondsAPicture, second.EtaSeconds);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Submit_OfAPersonSuspendedMeanwhile_IsRefused(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        await using (var database = studio.OpenDatabase())
        {
            database.People.Add(new Person { Id = Anna, UserName = "anna", Email = "anna@example.com", DisplayName = "Anna", Role = PersonRoles.Member, CreatedAt = DateTimeOffset.UnixEpoch, SuspendedAt = DateTimeOffset.UnixEpoch });
            await database.SaveChangesAsync(Cancellation);
        }

        Assert.False((await studio.TrySubmitAsync(TestRequests.FoxOf(Anna))).TryGet(out _, out var refusal));

        Assert.IsType<Forbidden>(refusal);
        Assert.Equal(0, (await studio.QuotaAsync(Anna)).Used);
    }

    private async Task<Studio> StudioAsync(DatabaseProvider provider) =>
        await new Studio(folder.Path, settings: (await postgres.SettingsAsync(provider)).With("Generation:ConcurrentJobs", "1")).PrepareAsync();
}
