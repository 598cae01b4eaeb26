using MudBlazor;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Results;

/// <summary>Shows what the person should know about a file that was uploaded.</summary>
internal static class UploadNotice
{
    /// <param name="note">In English, as the server answered; null = nothing to show.</param>
    public static void ShowNote(this ISnackbar snackbar, string? note)
    {
        if (note is not null)
        {
            snackbar.Add(MessageTexts.Say(note)!, Severity.Info);
        }
    }
}
