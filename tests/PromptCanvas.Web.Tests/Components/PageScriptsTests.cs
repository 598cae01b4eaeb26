using PromptCanvas.Web.Components;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Components;

public sealed class PageScriptsTests
{
    [Fact]
    public async Task Import_AnsweredAfterTheComponentHasGone_EndsThere()
    {
        using var gone = new CancellationTokenSource();
        var browser = Browser(gone, leavesDuring: "import");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => browser.ImportAsync("./js/wall.js", gone.Token));
        Assert.Equal(["import"], browser.Calls);
    }

    [Fact]
    public async Task Open_AnsweredAfterTheComponentHasGone_EndsWhatItOpened()
    {
        using var gone = new CancellationTokenSource();
        var browser = Browser(gone, leavesDuring: "watch");
        var script = await browser.ImportAsync("./js/wall.js", gone.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => script.OpenAsync("watch", [1], gone.Token));
        Assert.Equal(["import", "watch", "stop", "dispose"], browser.Calls);
    }

    [Fact]
    public async Task Open_WhileTheComponentIsThere_ReturnsTheObject()
    {
        using var gone = new CancellationTokenSource();
        var browser = Browser(gone, leavesDuring: "nothing");
        var script = await browser.ImportAsync("./js/wall.js", gone.Token);

        Assert.Same(browser, await script.OpenAsync("watch", [1], gone.Token));
        Assert.Equal(["import", "watch"], browser.Calls);
    }

    private static AnsweringBrowser Browser(CancellationTokenSource gone, string leavesDuring) =>
        new(call => call == leavesDuring ? gone.CancelAsync() : Task.CompletedTask);
}
