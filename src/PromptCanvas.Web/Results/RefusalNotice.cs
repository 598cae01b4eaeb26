using MudBlazor;


namespace PromptCanvas.Web.Results;

/// <summary>Maps refusals to notices on the page; the only place that does.</summary>
internal static class RefusalNotice
{
    public static void Show(this ISnackbar snackbar, Refusal refusal) =>
        snackbar.Add(refusal.Message, refusal is Unavailable or StorageFull ? Severity.Error : Severity.Warning);
}
