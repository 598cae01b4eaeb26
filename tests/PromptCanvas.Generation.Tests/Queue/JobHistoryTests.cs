using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Queue;

public sealed class JobHistoryTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Studio studio;

    public JobHistoryTests() => studio = new Studio(folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task History_IsOnesOwnJobsThatAreOver_NewestFirst_PageByPage()
    {
        await studio.StartAsync();
        var mine = new List<Guid>();
        for (var number = 0; number < 5; number++)
        {
            mine.Insert(0, await studio.SubmitAsync(TestRequests.FoxOf(Studio.Somebody.PersonId, $"mine {number}", 1)));
            await studio.WaitAsync(mine[0], JobState.Done);
            studio.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var first = await studio.Queries.HistoryAsync(Studio.Somebody, null, 3, Cancellation);
        var second = await studio.Queries.HistoryAsync(Studio.Somebody, first.Next, 3, Cancellation);
        var theirs = await studio.Queries.HistoryAsync(new Actor(Guid.NewGuid(), PersonRoles.Member), null, 3, Cancellation);

        Assert.Equal(mine, first.Jobs.Concat(second.Jobs).Select(job => job.Id));
        Assert.Null(second.Next);
        Assert.Empty(theirs.Jobs);
        Assert.Empty((await studio.Queries.HistoryAsync(Studio.Somebody, "no cursor", 3, Cancellation)).Jobs);
    }

    [Fact]
    public async Task History_OfAPictureInTheTrash_ShowsNoLinkToIt()
    {
        await studio.StartAsync();
        var job = await studio.SubmitAsync(TestRequests.FoxOf(Studio.Somebody.PersonId, "two", 2));
        var done = await studio.WaitAsync(job, JobState.Done);
        await studio.Get<ILibrary>().DeleteAsync(Studio.Somebody, [done.Images[0].ImageId!.Value], Cancellation);

        var images = (await studio.Queries.HistoryAsync(Studio.Somebody, null, 3, Cancellation)).Jobs[0].Images;

        Assert.Null(images[0].ImageId);
        Assert.NotNull(images[1].ImageId);
        Assert.Equal("team", images[1].Visibility);
    }

    [Fact]
    public async Task History_OfVariations_HasThePromptOfTheirSource()
    {
        await studio.StartAsync();
        var source = (await studio.WaitAsync(await studio.SubmitAsync(TestRequests.FoxOf(Studio.Somebody.PersonId, "source", 1)), JobState.Done)).Images[0].ImageId!.Value;
        var vary = TestRequests.FoxOf(Studio.Somebody.PersonId, "vary", 1) with { Prompt = "", Operation = new VaryOperation(source) };
        await studio.WaitAsync(await studio.SubmitAsync(vary), JobState.Done);

        var run = (await studio.Queries.HistoryAsync(Studio.Somebody, null, 3, Cancellation)).Jobs.Single(job => job.Kind == JobKinds.Vary);

        Assert.Equal(("", "a fox 🦊 in the snow"), (run.Prompt, run.Caption));
    }
}
