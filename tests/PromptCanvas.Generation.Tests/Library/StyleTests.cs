using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Styles;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Library;

/// <summary>Who may see and use a style, and what a job keeps of it.</summary>
public sealed class StyleTests(PostgresServer server) : IAsyncDisposable
{
    private static readonly Actor Ann = new(new Guid("a0000000-0000-4000-8000-00000000000a"), PersonRoles.Member);
    private static readonly Actor Ben = new(new Guid("b0000000-0000-4000-8000-00000000000b"), PersonRoles.Member);
    private static readonly DateTimeOffset Noon = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);
    private static readonly float[] Direction = [0.25f, -1.5f, float.Epsilon, 0];

    private readonly TemporaryFolder folder = new();
    private Studio studio = null!;

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IStyles Styles => studio.Get<IStyles>();

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Style_OfABoard_IsSeenAsTheBoardIs(DatabaseProvider provider)
    {
        await StartAsync(provider);
        var board = await BoardAsync(Visibilities.Private);
        var style = await AddAsync("Ink", board, Visibilities.Team);
        Assert.Null(await Styles.FindAsync(Ben, style, Cancellation));

        await studio.Get<IBoards>().ChangeAsync(Ann, board, "Board", Visibilities.Team, Cancellation);
        var seen = Assert.Single(await Styles.ReadAsync(Ben, Cancellation));
        Assert.Equal(("Ink", false, board, Visibilities.Team), (seen.Name, seen.IsMine, seen.BoardId, seen.Visibility));

        // Without its board it has its own visibility.
        await studio.Get<IBoards>().DeleteAsync(Ann, board, Cancellation);
        Assert.Null((await Styles.FindAsync(Ann, style, Cancellation))!.BoardId);
        Assert.NotNull(await Styles.FindAsync(Ben, style, Cancellation));
        Assert.Null((await Styles.ChangeAsync(Ann, style, "Ink", Visibilities.Private, Cancellation)).Refusal);
        Assert.Null(await Styles.FindAsync(Ben, style, Cancellation));
        Assert.NotNull(await Styles.FindAsync(Ann, style, Cancellation));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Style_OfAnotherPerson_CannotBeChangedOrDeleted(DatabaseProvider provider)
    {
        await StartAsync(provider);
        var style = await AddAsync("Ink", null, Visibilities.Team);

        Assert.IsType<NotFound>((await Styles.ChangeAsync(Ben, style, "Mine", Visibilities.Team, Cancellation)).Refusal);
        Assert.IsType<NotFound>((await Styles.DeleteAsync(Ben, style, Cancellation)).Refusal);
        Assert.Equal("Ink", Assert.Single(await Styles.ReadAsync(Ben, Cancellation)).Name);

        Assert.Null((await Styles.ChangeAsync(Ann, style, " Pen ", Visibilities.Team, Cancellation)).Refusal);
        Assert.Equal("Pen", Assert.Single(await Styles.ReadAsync(Ben, Cancellation)).Name);
        Assert.IsType<InvalidInput>((await Styles.ChangeAsync(Ann, style, " ", Visibilities.Team, Cancellation)).Refusal);
        Assert.Null((await Styles.DeleteAsync(Ann, style, Cancellation)).Refusal);
        Assert.Empty(await Styles.ReadAsync(Ann, Cancellation));

        // What was refused is not in the log.
        await using var database = studio.OpenDatabase();
        var log = await database.AuditLog.OrderBy(entry => entry.Id).Select(entry => new { entry.Action, entry.Target, entry.Detail, entry.Actor }).ToListAsync(Cancellation);
        Assert.Equal(
            [("style.change", "Ink", "Pen, team", "Ann@example.com"), ("style.delete", "Pen", null, "Ann@example.com")],
            log.Select(entry => (entry.Action, entry.Target, entry.Detail, entry.Actor)));
    }

    [Fact]
    public async Task Job_WithAStyle_KeepsItWhateverBecomesOfIt()
    {
        await StartAsync(DatabaseProvider.Sqlite);
        var style = await AddAsync("Ink", null, Visibilities.Private);

        var job = await SubmitAsync(Ann, new StyleChoice(style, -0.3));
        await Styles.DeleteAsync(Ann, style, Cancellation);

        Assert.True(job.TryGet(out var id, out _));
        var view = (await studio.Get<IJobQueries>().FindAsync(Ann, id, Cancellation))!;
        Assert.Equal(new StyleUse("Ink", -0.3) { Id = style }, view.Style);
        Assert.Null(view.Overrides.Style);
        Assert.Equal(Direction, (await KeptAsync(id)).Direction);

        // Repeated by its maker only.
        Assert.True((await RepeatAsync(Ann, id)).TryGet(out var again, out _));
        var repeated = await KeptAsync(again);
        Assert.Equal(("Ink", -0.3, style), (repeated.Name, repeated.Weight, repeated.Id));
        Assert.Equal(Direction, repeated.Direction);
        Assert.IsType<NotFound>((await RepeatAsync(Ben, id)).Refusal);
    }

    [Fact]
    public async Task Job_WithAStyleThatCannotBeUsed_IsRefused()
    {
        await StartAsync(DatabaseProvider.Sqlite);
        var hidden = await AddAsync("Ink", null, Visibilities.Private);
        var shared = await AddAsync("Pen", null, Visibilities.Team);
        var foreign = await AddAsync("Oil", null, Visibilities.Team, model: "karlo");

        Assert.IsType<NotFound>((await SubmitAsync(Ben, new StyleChoice(hidden, 0.5))).Refusal);
        Assert.IsType<NotFound>((await SubmitAsync(Ben, new StyleChoice(Guid.NewGuid(), 0.5))).Refusal);
        Assert.Equal("styleWeight", Assert.IsType<InvalidInput>((await SubmitAsync(Ben, new StyleChoice(shared, 1.5))).Refusal).Field);
        Assert.Contains("karlo", Assert.IsType<InvalidInput>((await SubmitAsync(Ben, new StyleChoice(foreign, 0.5))).Refusal).Message, StringComparison.Ordinal);
        var erased = (await SubmitAsync(Ben, new StyleChoice(shared, 0.5), new EraseOperation(Guid.NewGuid(), Guid.NewGuid()))).Refusal;
        Assert.Equal("style", Assert.IsType<InvalidInput>(erased).Field);
        Assert.Null((await SubmitAsync(Ben, new StyleChoice(shared, 0.5))).Refusal);
        Assert.Null((await SubmitAsync(Ben, new StyleChoice(shared, 0.5), new DraftOperation())).Refusal);
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        folder.Dispose();
    }

    private Task<Result<Guid>> SubmitAsync(Actor actor, StyleChoice style, JobOperation? operation = null) => studio.Get<ISubmissions>().SubmitAsync(
        TestRequests.Fox(Guid.NewGuid().ToString()) with { PersonId = actor.PersonId, Role = actor.Role, Style = style, Size = null, Operation = operation ?? new GenerateOperation() }, Cancellation);

    private Task<Result<Guid>> RepeatAsync(Actor actor, Guid job) => studio.Get<ISubmissions>().SubmitAsync(
        TestRequests.Fox(Guid.NewGuid().ToString()) with { PersonId = actor.PersonId, Role = actor.Role, StyleOf = job }, Cancellation);

    private async Task<PictureStyle> KeptAsync(Guid job)
    {
        await using var database = studio.OpenDatabase();
        return JobJson.Read<RecipeOverrides>(await database.Jobs.Where(row => row.Id == job).Select(row => row.Overrides).SingleAsync(Cancellation))!.Style!;
    }

    private async Task StartAsync(DatabaseProvider provider)
    {
        studio = new Studio(folder.Path, settings: await server.SettingsAsync(provider));
        await studio.PrepareAsync();
        await using var database = studio.OpenDatabase();
        foreach (var (actor, name) in new[] { (Ann, "Ann"), (Ben, "Ben") })
        {
            database.People.Add(new Person { Id = actor.PersonId, DisplayName = name, Role = PersonRoles.Member, CreatedAt = Noon, UserName = name, Email = $"{name}@example.com" });
        }

        await database.SaveChangesAsync(Cancellation);
    }

    private async Task<Guid> BoardAsync(string visibility)
    {
        Assert.True((await studio.Get<IBoards>().MakeAsync(Ann, "Board", Cancellation)).TryGet(out var id, out _));
        await studio.Get<IBoards>().ChangeAsync(Ann, id, "Board", visibility, Cancellation);
        return id;
    }

    private async Task<Guid> AddAsync(string name, Guid? board, string visibility, string model = "starter")
    {
        var style = new Style
        {
            Id = Guid.NewGuid(),
            PersonId = Ann.PersonId,
            BoardId = board,
            Name = name,
            Visibility = visibility,
            Model = model,
            Direction = MemoryMarshal.AsBytes<float>(Direction).ToArray(),
            HalfReach = 0.1,
            PictureCount = 3,
            CreatedAt = Noon,
        };
        await using var database = studio.OpenDatabase();
        database.Styles.Add(style);
        await database.SaveChangesAsync(Cancellation);
        return style.Id;
    }
}
