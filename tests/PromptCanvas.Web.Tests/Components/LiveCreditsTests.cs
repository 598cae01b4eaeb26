using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Tests.Fakes;
using PromptCanvas.Web.Tests.Structure;

namespace PromptCanvas.Web.Tests.Components;

/// <summary>Every part of a page shows the same figure for the credits.</summary>
public sealed class LiveCreditsTests(Studio studio) : IClassFixture<Studio>
{
    // The pages that are rendered once and lead elsewhere: they show an account, not a figure that moves.
    private static readonly string[] Accounts = ["MyUsagePage.razor", "PersonPage.razor.cs", "RoleCreditsCard.razor"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Refresh_GivesEveryReaderTheFigureThatWasRead_UntilItLeaves()
    {
        var person = await studio.PersonAsync("counted@example.com", PersonRoles.Member);
        var credits = studio.Services.GetRequiredService<ICredits>();
        var live = new LiveCredits(credits);
        var (chip, note) = (new List<decimal?>(), new List<decimal?>());
        using var first = live.Subscribe(() => chip.Add(live.Now?.Remaining));
        var second = live.Subscribe(() => note.Add(live.Now?.Remaining));
        var actor = new Actor(person.Id, PersonRoles.Member);

        var before = (await live.RefreshAsync(actor, Cancellation))!.Remaining;
        await credits.TopUpAsync(person.Id, PersonRoles.Member, 7, "a test", null, Cancellation);
        await live.RefreshAsync(actor, Cancellation);
        second.Dispose();
        await live.RefreshAsync(actor with { Role = PersonRoles.Viewer }, Cancellation);

        Assert.Equal([before, before + 7, null], chip);
        Assert.Equal([before, before + 7], note);
    }

    [Fact]
    public void Offer_OfWhatThePrerenderedPageRead_NeverReplacesANewerFigure()
    {
        var live = new LiveCredits(studio.Services.GetRequiredService<ICredits>());
        live.Offer(new QuotaView(1, 10, "all", null));
        live.Offer(new QuotaView(5, 10, "all", null));

        Assert.Equal(9, live.Now?.Remaining);
    }

    [Fact]
    public void Components_ReadTheCreditsOfThePageNowhereElse()
    {
        var readers = Directory.EnumerateFiles(TextFiles.WebFolder, "*.razor*", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("ICredits", StringComparison.Ordinal)).Select(file => Path.GetFileName(file));

        Assert.Equal(Accounts, readers.Order(StringComparer.Ordinal));
    }
}
