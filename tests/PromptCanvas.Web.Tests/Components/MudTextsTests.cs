using System.Collections;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using PromptCanvas.Web.Resources;
using PromptCanvas.Web.Tests.Structure;

namespace PromptCanvas.Web.Tests.Components;

/// <summary>The components of MudBlazor bring English texts of their own.</summary>
public sealed partial class MudTextsTests : IDisposable
{
    private readonly BunitContext page = new();

    public MudTextsTests()
    {
        page.JSInterop.Mode = JSRuntimeMode.Loose;
        page.Services.AddLocalization();
        page.Services.AddTransient<MudLocalizer, MudTexts>();
        page.Services.AddMudServices();
    }

    public void Dispose() => page.Dispose();

    [Theory]
    [InlineData("de", "Schließen")]
    [InlineData("en", "Close")]
    public void Toast_HasACloseButtonInTheLanguageOfThePage(string language, string expected) => Assert.Equal(expected, Languages.In(language, () =>
    {
        var toasts = page.Render<MudSnackbarProvider>();
        page.Services.GetRequiredService<ISnackbar>().Add("a toast");
        return toasts.WaitForElement(".mud-snackbar-close-button").GetAttribute("aria-label");
    }));

    [Fact]
    public void TextsOfTheComponentsInUse_AreAllTranslated()
    {
        var used = Directory.EnumerateFiles(TextFiles.WebFolder, "*.razor", SearchOption.AllDirectories)
            .SelectMany(file => Component().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).ToHashSet();
        var keys = new ResourceManager("MudBlazor.Resources.LanguageResource", typeof(MudButton).Assembly)
            .GetResourceSet(CultureInfo.InvariantCulture, createIfNotExists: true, tryParents: true)!.Cast<DictionaryEntry>().Select(entry => (string)entry.Key)
            .Where(key => used.Any(component => component.StartsWith(key.Split('_')[0], StringComparison.Ordinal))).ToList();
        var texts = page.Services.GetRequiredService<MudLocalizer>();

        Assert.Contains("MudSnackbar_Close", keys);
        Assert.DoesNotContain(keys, key => texts[key].ResourceNotFound);
    }

    [GeneratedRegex("<(Mud[A-Za-z]+)")]
    private static partial Regex Component();
}
