using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>A data set as a person makes it.</summary>
public sealed class DatasetPageTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    [Fact]
    public async Task Dataset_FromTheBoardsToTheDownload_AndDeleted()
    {
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(studio.Address, "/boards");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Data sets" }).ClickAsync();
        await Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "New data set" })).ToBeVisibleAsync();
        await tab.Page.GetByLabel("Number of pictures").FillAsync("3");
        await tab.Page.GetByLabel("Size").SelectOptionAsync("64");
        await tab.Page.GetByLabel("Slots and their values").FillAsync("colour=red");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Start (3 credits)" }).ClickAsync();
        await Expect(tab.Page.GetByText("The template's slot {thing} has no values")).ToBeVisibleAsync();
        await tab.Page.GetByLabel("Slots and their values").FillAsync("colour=red:2,blue\nthing=cube");
        await tab.Page.GetByLabel("Base picture (optional)").FillAsync("a {colour} floor");
        await Expect(tab.Page.GetByLabel(new Regex("^Box"))).ToHaveValueAsync("0.3-0.6");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Start (6 credits)" }).ClickAsync();
        await Expect(tab.Page.Locator("#dataset-state")).ToContainTextAsync("done · 3 of 3", new() { Timeout = 60_000 });

        await Expect(tab.Page.GetByText("Painted into “a {colour} floor”, box 0.3-0.6")).ToBeVisibleAsync();
        await tab.Page.GetByLabel("COCO files as well").CheckAsync();
        var download = await tab.Page.RunAndWaitForDownloadAsync(() => tab.Page.GetByRole(AriaRole.Link, new() { Name = "Download zip" }).ClickAsync());
        Assert.EndsWith("format=imagefolder&format=coco", download.Url, StringComparison.Ordinal);

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await tab.Page.Locator("[data-confirm-yes]").ClickAsync();
        await tab.Page.WaitForURLAsync("**/datasets");
        await Expect(tab.Page.Locator("[data-dataset]")).ToHaveCountAsync(0);
        Assert.Empty(tab.Complaints);
    }
}
