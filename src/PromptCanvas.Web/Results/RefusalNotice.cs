using MudBlazor;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Results;

/// <summary>Shows refusals as notices on the page, in its language; the only place that does.</summary>
internal static class RefusalNotice
{
    public static void Show(this ISnackbar snackbar, Refusal refusal) =>
        snackbar.Add(MessageTexts.Say(refusal.Message)!, refusal is Unavailable or StorageFull ? Severity.Error : Severity.Warning);
}
