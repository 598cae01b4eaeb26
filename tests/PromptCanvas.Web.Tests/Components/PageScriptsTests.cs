using Microsoft.JSInterop;

using PromptCanvas.Web.Components;

namespace PromptCanvas.Web.Tests.Components;

public sealed class PageScriptsTests
{
    [Fact]
    public async Task Import_AnsweredAfterTheComponentHasGone_EndsThere()
    {
        using var gone = new CancellationTokenSource();
        var browser = new SlowBrowser(gone, leavesDuring: "import");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => browser.ImportAsync("./js/wall.js", gone.Token));
        Assert.Equal(["import"], browser.Calls);
    }

    [Fact]
    public async Task Open_AnsweredAfterTheComponentHasGone_EndsWhatItOpened()
    {
        using var gone = new CancellationTokenSource();
        var browser = new SlowBrowser(gone, leavesDuring: "watch");
        var script = await browser.ImportAsync("./js/wall.js", gone.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => script.OpenAsync("watch", [1], gone.Token));
        Assert.Equal(["import", "watch", "stop", "dispose"], browser.Calls);
    }

    [Fact]
    public async Task Open_WhileTheComponentIsThere_ReturnsTheObject()
    {
        using var gone = new CancellationTokenSource();
        var browser = new SlowBrowser(gone, leavesDuring: "nothing");
        var script = await browser.ImportAsync("./js/wall.js", gone.Token);

        Assert.Same(browser, await script.OpenAsync("watch", [1], gone.Token));
        Assert.Equal(["import", "watch"], browser.Calls);
    }

    // Answers every call with itself; the component goes during one of them.
    private sealed class SlowBrowser(CancellationTokenSource gone, string leavesDuring) : IJSRuntime, IJSObjectReference
    {
        public List<string> Calls { get; } = [];

        public async ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args)
        {
            Calls.Add(identifier);
            if (identifier == leavesDuring)
            {
                await gone.CancelAsync();
            }

            return this is TValue value ? value : default!;
        }

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) =>
            InvokeAsync<TValue>(identifier, args);

        public ValueTask DisposeAsync()
        {
            Calls.Add("dispose");
            return ValueTask.CompletedTask;
        }
    }
}
