namespace PromptCanvas.Diffusion.Engine;

/// <summary>What the captions of a style's pictures say about the pictures themselves. The words that nearly all of them share ("a pencil sketch of …")
/// describe the style, so they are left out: otherwise the captions would account for the style, and nothing would be left of it.</summary>
public static class StyleCaptions
{
    /// <summary>The share of captions from which on a word is common to them.</summary>
    private const double CommonShare = 0.8;

    /// <summary>Each caption without the words that the captions share; a caption of such words only stays whole.</summary>
    /// <param name="captions">At least one.</param>
    public static IReadOnlyList<string> Subjects(IReadOnlyList<string> captions)
    {
        ArgumentNullException.ThrowIfNull(captions);
        var words = captions.Select(caption => caption.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToList();
        var common = words.SelectMany(caption => caption.Select(Plain).Distinct(StringComparer.Ordinal))
            .CountBy(word => word, StringComparer.Ordinal)
            .Where(count => count.Value >= CommonShare * captions.Count)
            .Select(count => count.Key).ToHashSet(StringComparer.Ordinal);
        return [.. words.Select((caption, index) => Rest(caption, common) is { Length: > 0 } rest ? rest : captions[index])];
    }

    private static string Rest(string[] words, HashSet<string> common) => string.Join(' ', words.Where(word => !common.Contains(Plain(word)))).Trim();

    /// <summary>A word without case and punctuation.</summary>
    private static string Plain(string word) => new([.. word.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}
