using MudBlazor;

using PromptCanvas.Generation.Results;

namespace PromptCanvas.Web.Results;

/// <summary>The one place where refusals become a notice on the page.</summary>
internal static class RefusalNotice
{
    public static void Show(this ISnackbar snackbar, Refusal refusal) =>
        snackbar.Add(refusal.Message, refusal is Unavailable or StorageFull ? Severity.Error : Severity.Warning);
}
