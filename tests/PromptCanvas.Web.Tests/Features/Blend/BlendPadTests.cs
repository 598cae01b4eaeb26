using Bunit;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;
using PromptCanvas.Web.Features.Blend;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Blend;

/// <summary>The pad in a browser that takes its time.</summary>
public sealed class BlendPadTests : IAsyncDisposable
{
    private static readonly NamedCorner[] Corners = [new(new Corner(null, null, "a cube"), "a cube"), new(new Corner(null, null, "a cone"), "a cone")];

    private readonly BunitContext page = new();
    private readonly TaskCompletionSource opened = new();
    private readonly AnsweringBrowser browser;

    public BlendPadTests()
    {
        browser = new AnsweringBrowser(call => call == "open" ? opened.Task : Task.CompletedTask);
        page.Services.AddLocalization();
        page.Services.AddSingleton<IJSRuntime>(browser);
        page.Services.AddSingleton<AntiforgeryStateProvider>(new NoAntiforgeryToken());
    }

    public ValueTask DisposeAsync() => page.DisposeAsync();

    [Fact]
    public async Task Corners_ChangedWhileThePadIsOpened_AreDrawnAfterwards()
    {
        var pad = page.Render<BlendPad>(parameters => parameters.Add(part => part.Corners, Corners));
        await pad.InvokeAsync(pad.Instance.UpdateAsync);
        Assert.Equal(["import", "open"], browser.Calls);

        opened.SetResult();

        pad.WaitForAssertion(() => Assert.Equal(["import", "open", "update"], browser.Calls));
    }

    [Fact]
    public void Nothing_ChangedWhileThePadIsOpened_IsNotDrawnTwice()
    {
        opened.SetResult();

        page.Render<BlendPad>(parameters => parameters.Add(part => part.Corners, Corners));

        Assert.Equal(["import", "open"], browser.Calls);
    }
}
