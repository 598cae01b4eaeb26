using Bunit;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Features.Create;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Create;

/// <summary>The style's slider in a browser that takes its time.</summary>
public sealed class ComposerStyleTests : IAsyncDisposable
{
    private static readonly StyleView Ink = new(Guid.NewGuid(), "Ink", "Anna", IsMine: true, null, "team", "starter", 3, DateTimeOffset.UnixEpoch);

    private readonly BunitContext page = new();
    private readonly TaskCompletionSource opened = new();
    private readonly AnsweringBrowser browser;

    public ComposerStyleTests()
    {
        browser = new AnsweringBrowser(call => call == "open" ? opened.Task : Task.CompletedTask);
        page.Services.AddLocalization();
        page.Services.AddSingleton<IJSRuntime>(browser);
        page.Services.AddSingleton<AntiforgeryStateProvider>(new NoAntiforgeryToken());
    }

    public ValueTask DisposeAsync() => page.DisposeAsync();

    [Fact]
    public void Prompt_SetWhileTheSliderIsOpened_IsPreviewedAfterwards()
    {
        var slider = page.Render<ComposerStyle>(parameters => parameters.Add(part => part.Style, Ink));
        slider.Render(parameters => parameters.Add(part => part.Style, Ink).Add(part => part.PromptsSet, 1));
        Assert.Equal(["import", "open"], browser.Calls);

        opened.SetResult();

        slider.WaitForAssertion(() => Assert.Equal(["import", "open", "update"], browser.Calls));
    }

    [Fact]
    public void Nothing_ChangedWhileTheSliderIsOpened_IsNotPreviewedTwice()
    {
        opened.SetResult();

        var slider = page.Render<ComposerStyle>(parameters => parameters.Add(part => part.Style, Ink));
        slider.Render(parameters => parameters.Add(part => part.Style, Ink));

        Assert.Equal(["import", "open"], browser.Calls);
    }
}
