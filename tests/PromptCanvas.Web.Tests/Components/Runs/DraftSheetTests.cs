using AngleSharp.Dom;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Web.Components.Runs;

namespace PromptCanvas.Web.Tests.Components.Runs;

public sealed class DraftSheetTests : IDisposable
{
    private static readonly Guid[] Ids = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];

    private readonly BunitContext page = new();
    private readonly List<NewJob> finishing = [];

    public DraftSheetTests() => page.Services.AddLocalization();

    public void Dispose() => page.Dispose();

    [Fact]
    public void NoneChosen_FinishesAllThatAreOpen()
    {
        var sheet = Show(DraftState.Open, DraftState.Finished, DraftState.Open, DraftState.Finishing);

        Assert.Equal("Finish all 2 · 1.5 credits", Button(sheet).TextContent);
        Button(sheet).Click();

        Assert.Equal([Ids[0], Ids[2]], DraftsOf(Assert.Single(finishing)));
        Assert.Equal(2, finishing[0].Count);
    }

    [Fact]
    public void Chosen_AreFinished_AndSaidWithTheirPrice()
    {
        var sheet = Show(DraftState.Open, DraftState.Open, DraftState.Open, DraftState.Open);
        Choices(sheet)[1].Change(true);
        Choices(sheet)[3].Change(true);
        Choices(sheet)[1].Change(false);

        Assert.Equal("Finish this one · 0.75 credits", Button(sheet).TextContent);
        Choices(sheet)[0].Change(true);
        Assert.Equal("Finish these 2 · 1.5 credits", Button(sheet).TextContent);
        Choices(sheet)[0].Change(false);
        Button(sheet).Click();

        Assert.Equal([Ids[3]], DraftsOf(Assert.Single(finishing)));
    }

    [Fact]
    public void DraftsThatAreNotOpen_CannotBeChosen_AndSayWhy()
    {
        var sheet = Show(DraftState.Expired, DraftState.Finished, DraftState.Finishing, DraftState.Open);

        Assert.Equal([true, true, false], Choices(sheet).Select(choice => choice.HasAttribute("disabled")));
        Assert.Equal(["Expired", "Finished", "Being finished"], sheet.FindAll(".draft-state").Select(state => state.TextContent));
        Assert.Equal($"images/{Ids[1]}", sheet.Find("a.draft-state").GetAttribute("href"));
    }

    [Fact]
    public void NothingOpen_OffersNothing() =>
        Assert.Empty(Show(DraftState.Expired, DraftState.Expired, DraftState.Expired, DraftState.Finished).FindAll("button"));

    private static IReadOnlyList<Guid> DraftsOf(NewJob job) => Assert.IsType<FinishOperation>(job.Operation).Drafts;

    private static IElement Button(IRenderedComponent<DraftSheet> sheet) => sheet.Find("[data-finish]");

    private static IReadOnlyList<IElement> Choices(IRenderedComponent<DraftSheet> sheet) => sheet.FindAll("input[type=checkbox]");

    private IRenderedComponent<DraftSheet> Show(params DraftState[] states)
    {
        // The page knows no expired draft's picture.
        var images = states.Select((state, index) => new JobPictureView(index, JobPictureState.Done, 7, state == DraftState.Expired ? null : Ids[index], null)
        {
            Draft = state,
            FinishedAs = state == DraftState.Finished ? Ids[index] : null,
        });
        var job = new JobView(Guid.NewGuid(), JobState.Done, "a cube", "starter", 64, 7, DateTimeOffset.UnixEpoch, null, null, null, [.. images])
        {
            Kind = JobKinds.Draft,
            FinishCost = 0.75m,
            DraftsUntil = DateTimeOffset.UnixEpoch.AddDays(1),
        };
        return page.Render<DraftSheet>(parameters => parameters.Add(it => it.Job, job).Add(it => it.OnFinish, finishing.Add));
    }
}
