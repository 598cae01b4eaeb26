using System.Collections.Concurrent;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;

namespace PromptCanvas.Web.Resources;

/// <summary>
/// Translates the sentences that lower layers write in English: refusals, and the reasons that the database keeps. Programs and logs receive
/// them in English; pages look the sentence up in <c>Messages.resx</c>, whose English texts are the sentences with placeholders.
/// </summary>
internal static partial class MessageTexts
{
    private static readonly ResourceManager Sentences = new("PromptCanvas.Web.Resources.Messages", typeof(Texts).Assembly);
    private static readonly Lazy<IReadOnlyList<Form>> Forms = new(Read);
    private static readonly ConcurrentDictionary<(string Language, string Key), string> Translations = new();

    /// <summary>A sentence in the language of the page; unchanged if it has no translation, such as a reason that a person wrote.</summary>
    public static string? Say(this IStringLocalizer<Texts> texts, string? sentence)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Say(sentence);
    }

    /// <inheritdoc cref="Say(IStringLocalizer{Texts}, string?)"/>
    public static string? Say(string? sentence) =>
        string.IsNullOrEmpty(sentence) || Languages.Current == Languages.English ? sentence : Translate(sentence, Languages.Current) ?? sentence;

    /// <summary>The key of the sentence's form; null if it has none.</summary>
    internal static string? KeyOf(string sentence) => Forms.Value.FirstOrDefault(form => form.Match(sentence).Success)?.Key;

    private static string? Translate(string sentence, string language)
    {
        foreach (var form in Forms.Value)
        {
            if (form.Match(sentence) is { Success: true } match)
            {
                // A part may be a sentence itself, such as the reason inside "The queue is paused: …".
                var parts = Enumerable.Range(0, form.Parts).Select(part => (object)(Say(match.Groups[$"p{part}"].Value) ?? "")).ToArray();
                return string.Format(CultureInfo.CurrentCulture, Translations.GetOrAdd((language, form.Key), Written), parts);
            }
        }

        return null;
    }

    private static string Written((string Language, string Key) of) => Sentences.GetString(of.Key, CultureInfo.GetCultureInfo(of.Language))!;

    // Forms with the most fixed text first, so that a general one never hides a special one.
    private static List<Form> Read()
    {
        var forms = new List<Form>();
        foreach (System.Collections.DictionaryEntry entry in Sentences.GetResourceSet(CultureInfo.InvariantCulture, createIfNotExists: true, tryParents: true)!)
        {
            var text = (string)entry.Value!;
            var pieces = Placeholder().Split(text);
            forms.Add(new Form((string)entry.Key, pieces, text.Length));
        }

        return [.. forms.OrderByDescending(form => form.Fixed)];
    }

    [GeneratedRegex(@"\{(\d)\}")]
    private static partial Regex Placeholder();

    /// <param name="pieces">Fixed texts and, between them, the numbers of placeholders.</param>
    private sealed class Form(string key, string[] pieces, int length)
    {
        private readonly Lazy<Regex> pattern = new(() => new Regex(
            $@"\A{string.Concat(pieces.Select((piece, place) => place % 2 == 0 ? Regex.Escape(piece) : $"(?<p{piece}>.+?)"))}\z",
            RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking));

        public string Key => key;

        public int Parts => pieces.Length / 2;

        public int Fixed => length;

        // Compare the ends first: pages show many sentences, and most forms do not match.
        public Match Match(string sentence) =>
            sentence.StartsWith(pieces[0], StringComparison.Ordinal) && sentence.EndsWith(pieces[^1], StringComparison.Ordinal) ? pattern.Value.Match(sentence) : System.Text.RegularExpressions.Match.Empty;
    }
}
