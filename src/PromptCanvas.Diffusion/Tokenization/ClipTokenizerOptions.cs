namespace PromptCanvas.Diffusion.Tokenization;

/// <summary>The settings of a checkpoint's <c>tokenizer_config.json</c>.</summary>
public sealed record ClipTokenizerOptions
{
    /// <summary>L, the number of ids in a sequence; 3 or more.</summary>
    public int Length { get; init; } = 77;

    /// <summary>The entry of the vocabulary every sequence begins with.</summary>
    public string BeginToken { get; init; } = "<|startoftext|>";

    /// <summary>The entry after the text's last id.</summary>
    public string EndToken { get; init; } = "<|endoftext|>";

    /// <summary>The entry that fills the rest: Karlo's is <c>!</c>, Kandinsky's and the starter's the end token; null = <see cref="EndToken"/>.</summary>
    public string? PadToken { get; init; }
}
