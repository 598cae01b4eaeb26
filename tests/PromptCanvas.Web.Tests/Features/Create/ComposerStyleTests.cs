using Bunit;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Features.Create;

namespace PromptCanvas.Web.Tests.Features.Create;

/// <summary>The style's slider in a browser that takes its time.</summary>
public sealed class ComposerStyleTests : IAsyncDisposable
{
    private readonly BunitContext page = new();
    private readonly SlowBrowser browser = new();

    public ComposerStyleTests()
    {
        page.Services.AddLocalization();
        page.Services.AddSingleton<IJSRuntime>(browser);
        page.Services.AddSingleton<AntiforgeryStateProvider>(new NoToken());
    }

    public ValueTask DisposeAsync() => page.DisposeAsync();

    [Fact]
    public void Prompt_SetWhileTheSliderIsOpened_IsPreviewedAfterwards()
    {
        var style = new StyleView(Guid.NewGuid(), "Ink", "Anna", IsMine: true, null, "team", "starter", 3, DateTimeOffset.UnixEpoch);
        var slider = page.Render<ComposerStyle>(parameters => parameters.Add(part => part.Style, style));
        slider.Render(parameters => parameters.Add(part => part.Style, style).Add(part => part.PromptsSet, 1));
        Assert.Equal(["import", "open"], browser.Calls);

        browser.Opened.SetResult();

        slider.WaitForAssertion(() => Assert.Equal(["import", "open", "update"], browser.Calls));
    }

    [Fact]
    public void Nothing_ChangedWhileTheSliderIsOpened_IsNotPreviewedTwice()
    {
        var style = new StyleView(Guid.NewGuid(), "Ink", "Anna", IsMine: true, null, "team", "starter", 3, DateTimeOffset.UnixEpoch);
        browser.Opened.SetResult();

        var slider = page.Render<ComposerStyle>(parameters => parameters.Add(part => part.Style, style));
        slider.Render(parameters => parameters.Add(part => part.Style, style));

        Assert.Equal(["import", "open"], browser.Calls);
    }

    private sealed class NoToken : AntiforgeryStateProvider
    {
        public override AntiforgeryRequestToken? GetAntiforgeryToken() => null;
    }

    // Answers every call with itself, "open" when it is told to.
    private sealed class SlowBrowser : IJSRuntime, IJSObjectReference
    {
        public List<string> Calls { get; } = [];

        public TaskCompletionSource Opened { get; } = new();

        public async ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args)
        {
            Calls.Add(identifier);
            if (identifier == "open")
            {
                await Opened.Task;
            }

            return this is TValue value ? value : default!;
        }

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<TValue>(identifier, args);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
