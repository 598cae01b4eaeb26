using System.Text.RegularExpressions;
using PromptCanvas.Web.Resources;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Structure;

/// <summary>Both languages are complete, and people read nothing that is not in the resources.</summary>
public sealed partial class LanguageTests
{
    // Read by programs only: the OpenAI-compatible API, MCP and the checks before a request reaches a page.
    private static readonly string[] ForPrograms = ["/OpenAi/", "/Mcp/", "JsonFaults.cs"];

    // Names that are the same in every language.
    private static readonly string[] Names = ["PromptCanvas"];

    [Theory]
    [InlineData("Texts")]
    [InlineData("Messages")]
    public void Languages_HaveTheSameKeysAndPlaceholders(string file)
    {
        var (english, german) = (TextFiles.Read(file, "en"), TextFiles.Read(file, "de"));

        Assert.Equal(english.Keys.Order(StringComparer.Ordinal), german.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(english.Where(text => !IsLike(file, text.Value, german[text.Key])).Select(text => $"{text.Key}: {text.Value} | {german[text.Key]}"));
    }

    [Fact]
    public void Refusals_OfEveryLayer_HaveATranslation()
    {
        var said = Directory.EnumerateFiles(Path.Combine(Studio.RepoRoot, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Array.Exists(ForPrograms, part => file.Replace('\\', '/').Contains(part, StringComparison.Ordinal)))
            .SelectMany(file => Refusal().Matches(File.ReadAllText(file)).Select(match => (File: Path.GetFileName(file), Text: Filled(match.Groups["text"].Value))))
            .Where(said => said.Text.Contains(' ', StringComparison.Ordinal))
            .ToList();

        Assert.True(said.Count > 60, "The pattern no longer finds the refusals.");
        Assert.Empty(said.Where(refusal => MessageTexts.KeyOf(refusal.Text) is null).Select(refusal => $"{refusal.File}: {refusal.Text}"));
    }

    [Theory]
    [InlineData("There is no picture with this id.", "Dieses Bild gibt es nicht. Vielleicht wurde es gelöscht.")]
    [InlineData("The queue is paused (An administrator cancelled it: cleaning), so nothing was created or charged; try again later.", "Die Warteschlange ist angehalten (Von der Administration abgebrochen: cleaning). Es wurde nichts erzeugt oder berechnet. Versuche es später noch einmal.")]
    [InlineData("Back at noon", "Back at noon")]
    [InlineData("", "")]
    public void Say_InGerman_TranslatesSentencesWithTheirParts_AndLeavesOtherText(string english, string german)
    {
        Assert.Equal(german, Languages.In(Languages.German, () => MessageTexts.Say(english)));
        Assert.Equal(english, Languages.In(Languages.English, () => MessageTexts.Say(english)));
    }

    [Fact]
    public void Pages_HaveNoTextOutsideTheResources()
    {
        var found = Directory.EnumerateFiles(TextFiles.WebFolder, "*.razor", SearchOption.AllDirectories)
            .SelectMany(file => Written().Matches(MarkupOf(File.ReadAllText(file))).Select(match => (File: Path.GetFileName(file), Text: (match.Groups[1].Value + match.Groups[2].Value).Trim())))
            .Where(found => !Names.Contains(found.Text));

        Assert.Empty(found.Select(each => $"{each.File}: {each.Text}"));
    }

    /// <summary>An alert may show a refusal of a lower layer.</summary>
    [Fact]
    public void Alerts_SayWhatTheyShow() => Assert.Empty(
        Directory.EnumerateFiles(TextFiles.WebFolder, "*.razor", SearchOption.AllDirectories)
            .Where(file => Untranslated().IsMatch(File.ReadAllText(file))).Select(Path.GetFileName));

    // A translated message may leave out a part that is English itself, such as the name of a field.
    private static bool IsLike(string file, string english, string german)
    {
        var (asked, given) = (Placeholders(english), Placeholders(german));
        return file == "Messages" ? given.IsSubsetOf(asked) : given.SetEquals(asked);
    }

    private static HashSet<string> Placeholders(string text) => [.. Placeholder().Matches(text).Select(match => match.Value)];

    private static string Filled(string text) => Hole().Replace(text, "7").Replace("\\\"", "\"", StringComparison.Ordinal);

    private static string MarkupOf(string page) => Expression().Replace(page.Split("\n@code")[0], "");

    [GeneratedRegex("""role="alert"[^>]*>@(?!T\b|\()\w""")]
    private static partial Regex Untranslated();

    [GeneratedRegex(@"\{\d[^}]*\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex("""new (?:InvalidInput\([^;"]*?(?:"\w+"|nameof\([^)]*\)|field),\s*|(?:NotFound|Forbidden|Unavailable|Conflict|PolicyViolation|TooLarge|TooManyUploads|TooManyDownloads|ComputeSpent|QueueTooLong|StorageFull|RequestTooLong|TooManyJobs)\(\s*)\$?"(?<text>(?:[^"\\{]|\\.|\{(?:[^{}"]|"[^"]*")*\})*)"[,)]""")]
    private static partial Regex Refusal();

    [GeneratedRegex("""\{(?:[^{}"]|"[^"]*")*\}""")]
    private static partial Regex Hole();

    // Comments, C# in parentheses and after @, so that only markup is left.
    [GeneratedRegex("""(?s)@\*.*?\*@|@\((?>[^()]+|(?<open>\()|(?<-open>\)))*(?(open)(?!))\)|@T\[[^\]]*\]|(?m)^\s*@?(?:\{|\}|else|if|foreach|for|var|switch|case|break|using|inject|attribute|page|implements|inherits|typeparam|layout|rendermode|namespace).*$""")]
    private static partial Regex Expression();

    [GeneratedRegex("""(?:>\s*([A-Za-z][^<>@{}()=;]*[A-Za-z.!?…])\s*<)|(?:\b(?:aria-label|title|alt|placeholder|Label|Title|Help|Text)="([A-Z][^"@]*)")""")]
    private static partial Regex Written();
}
