using PromptCanvas.Generation.Library;

namespace PromptCanvas.Web.Components.Gallery;

/// <summary>Builds readable file names for downloads.</summary>
internal static class PictureFile
{
    private const int LongestSlug = 60;

    public static string NameOf(PictureView picture, string contentType)
    {
        var letters = picture.Prompt.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : ' ');
        var slug = string.Join('-', string.Concat(letters).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        slug = slug.Length > LongestSlug ? slug[..LongestSlug].TrimEnd('-') : slug;
        var extension = contentType is "image/webp" ? "webp" : contentType is "image/jpeg" ? "jpg" : "png";
        return $"{(slug.Length == 0 ? "picture" : slug)}-{picture.Seed}.{extension}";
    }
}
