using System.Globalization;

namespace PromptCanvas.Web.Resources;

/// <summary>The languages of the interface: <c>Texts.resx</c> and <c>Messages.resx</c> are English, each further language has its own files.</summary>
internal static class Languages
{
    /// <summary>Type of the claim with the language that a person chose; stored with the account.</summary>
    public const string Claim = "language";

    public const string English = "en";

    public const string German = "de";

    public static readonly IReadOnlyList<string> All = [English, German];

    /// <summary>The language of the current request or circuit.</summary>
    public static string Current => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName is var name && All.Contains(name) ? name : English;

    /// <summary>A language's own name for itself.</summary>
    public static string NameOf(string language) => CultureInfo.GetCultureInfo(language) is var culture ? culture.TextInfo.ToTitleCase(culture.NativeName) : language;

    /// <summary>The first language of <c>Accept-Language</c> that the interface has; English without one.</summary>
    public static string Of(HttpRequest request) =>
        request.GetTypedHeaders().AcceptLanguage
            .Where(language => language.Quality is not 0)
            .OrderByDescending(language => language.Quality ?? 1)
            .Select(language => language.Value.ToString().Split('-')[0].ToLowerInvariant())
            .FirstOrDefault(All.Contains) ?? English;

    /// <summary>Runs in a language, for texts that are written for another person than the caller.</summary>
    public static T In<T>(string language, Func<T> write)
    {
        var (culture, ui) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
            return write();
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, ui);
        }
    }
}
