namespace PromptCanvas.Web.Components;

/// <summary>Files in which people bring pictures.</summary>
internal static class PictureFiles
{
    /// <summary>What file choosers offer.</summary>
    public const string Accepted = "image/png,image/jpeg,image/webp,image/avif";
}
