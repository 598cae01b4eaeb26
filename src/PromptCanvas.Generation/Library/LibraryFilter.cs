namespace PromptCanvas.Generation.Library;

/// <summary>Which pictures are looked through.</summary>
public enum GalleryView
{
    /// <summary>What one may see: the team's, and one's own.</summary>
    Everything,

    /// <summary>One's own.</summary>
    Mine,

    /// <summary>What one has marked.</summary>
    Favourites,

    /// <summary>One's own that are deleted; they can be brought back.</summary>
    Trash,
}

/// <summary>What is looked for.</summary>
public sealed record LibraryFilter
{
    public static LibraryFilter Everything { get; } = new();

    public GalleryView GalleryView { get; init; }

    /// <summary>Those on this board; null = wherever they are.</summary>
    public Guid? Board { get; init; }

    /// <summary>How they came about, one of the job kinds; null = however they did.</summary>
    public string? Kind { get; init; }

    /// <summary>Those that this person made; null = whoever made them.</summary>
    public Guid? Maker { get; init; }

    /// <summary>Made at this moment or later; null = since ever.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Made earlier than this moment; null = until now.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Only those that the viewer has marked, of whatever shelf.</summary>
    public bool MarkedOnly { get; init; }

    /// <summary>Words of the prompt, all of them; with <see cref="ByMeaning"/> a description of what is to be seen. Null = all pictures.</summary>
    public string? Words { get; init; }

    /// <summary>By what CLIP sees in the pictures instead of by the words of their prompts; the closest first.</summary>
    public bool ByMeaning { get; init; }

    /// <summary>Pictures like this one, the closest first.</summary>
    public Guid? Like { get; init; }

    /// <summary>Whether what is closest comes first, instead of what is newest.</summary>
    public bool IsByLikeness => Like is not null || (ByMeaning && !string.IsNullOrWhiteSpace(Words));
}
