namespace PromptCanvas.Web.Components;

/// <summary>The addresses of a picture, its files and its pages, relative to the studio's base address.</summary>
internal static class PictureAddress
{
    /// <summary>An address for programs, which know no base address.</summary>
    public static string ForPrograms(this string address, PathString pathBase) => $"{pathBase}/{address}";

    /// <summary>The picture in full screen.</summary>
    public static string Page(Guid id) => $"images/{id}";

    public static string Provenance(Guid id) => $"images/{id}/how";

    public static string Family(Guid id) => $"images/{id}/family";

    public static string Share(Guid id) => $"images/{id}/share";

    public static string Report(Guid id) => $"images/{id}/report";

    public static string ReportComment(Guid id, Guid comment) => $"{Report(id)}?comment={comment}";

    /// <summary>The PNG file.</summary>
    public static string Content(Guid id) => $"api/images/{id}/content";

    public static string Thumbnail(Guid id) => $"api/images/{id}/thumbnail";

    /// <summary>The PNG file for people who have the link only.</summary>
    public static string SharedContent(string token, Guid id) => $"s/{token}/images/{id}/content";

    public static string SharedThumbnail(string token, Guid id) => $"s/{token}/images/{id}/thumbnail";
}
