using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using PromptCanvas.Web.Resources;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Tests.Results;

/// <summary>Notices that lower layers and the server write in English appear in the language of the page.</summary>
public sealed class RefusalNoticeTests : IDisposable
{
    private readonly BunitContext page = new();
    private readonly ISnackbar snackbar;

    public RefusalNoticeTests()
    {
        page.Services.AddMudServices();
        snackbar = page.Services.GetRequiredService<ISnackbar>();
    }

    public void Dispose() => page.Dispose();

    [Theory]
    [InlineData("en", "The job is gone.", Severity.Warning)]
    [InlineData("de", "Den Auftrag gibt es nicht mehr.", Severity.Warning)]
    public void Show_ARefusal_IsInTheLanguageOfThePage(string language, string shown, Severity severity)
    {
        In(language, () => snackbar.Show(new NotFound("The job is gone.")));

        var notice = Assert.Single(snackbar.ShownSnackbars);
        Assert.Equal((shown, severity), (notice.Message, notice.Severity));
    }

    [Theory]
    [InlineData("en", "This file is an animation; its first frame is used.")]
    [InlineData("de", "Diese Datei ist eine Animation. Verwendet wird das erste Bild.")]
    public void ShowNote_OfAnUpload_IsInTheLanguageOfThePage(string language, string shown)
    {
        In(language, () => snackbar.ShowNote("This file is an animation; its first frame is used."));

        Assert.Equal(shown, Assert.Single(snackbar.ShownSnackbars).Message);
    }

    [Fact]
    public void ShowNote_OfAnUploadWithoutOne_ShowsNothing()
    {
        snackbar.ShowNote(null);

        Assert.Empty(snackbar.ShownSnackbars);
    }

    private static void In(string language, Action show) => Languages.In(language, () =>
    {
        show();
        return true;
    });
}
