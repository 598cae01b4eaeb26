namespace PromptCanvas.Generation.Bias.Measuring;

/// <summary>A property by which pictures are sorted, such as colour.</summary>
/// <param name="Name">Unique in an audit.</param>
/// <param name="Values">At least two.</param>
public sealed record BiasAttribute(string Name, IReadOnlyList<BiasValue> Values);

/// <summary>A value of an attribute, such as red, and the captions by which CLIP recognises it.</summary>
/// <param name="Name">Unique in the attribute.</param>
/// <param name="Captions">At least one. <see cref="PromptPlace"/> stands for the prompt, <see cref="ThingPlace"/> for the prompt without its article.</param>
public sealed record BiasValue(string Name, IReadOnlyList<string> Captions)
{
    /// <summary>In a caption, the prompt: <c>a pencil sketch of {prompt}</c>.</summary>
    public const string PromptPlace = "{prompt}";

    /// <summary>In a caption, the prompt without its article: <c>a red {thing}</c>.</summary>
    public const string ThingPlace = "{thing}";

    private static readonly string[] Articles = ["a ", "an ", "the "];

    /// <summary>The captions for the pictures of a prompt.</summary>
    public IReadOnlyList<string> CaptionsFor(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var article = Array.Find(Articles, start => prompt.StartsWith(start, StringComparison.OrdinalIgnoreCase));
        var thing = prompt[(article?.Length ?? 0)..];
        return [.. Captions.Select(caption => caption.Replace(PromptPlace, prompt, StringComparison.Ordinal).Replace(ThingPlace, thing, StringComparison.Ordinal))];
    }
}
