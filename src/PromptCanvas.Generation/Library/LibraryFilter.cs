namespace PromptCanvas.Generation.Library;

/// <summary>The set of pictures that is searched.</summary>
public enum GalleryView
{
    /// <summary>The actor's own pictures and those shared with the team.</summary>
    Everything,

    /// <summary>The actor's own pictures.</summary>
    Mine,

    /// <summary>Pictures that the actor marked as favourites.</summary>
    Favourites,

    /// <summary>The actor's deleted pictures that can still be restored.</summary>
    Trash,
}

/// <summary>Search criteria; all of them must match.</summary>
public sealed record LibraryFilter
{
    public static LibraryFilter Everything { get; } = new();

    public GalleryView GalleryView { get; init; }

    /// <summary>Only pictures on this board; null = any.</summary>
    public Guid? Board { get; init; }

    /// <summary>Only pictures of this job kind; null = any.</summary>
    public string? Kind { get; init; }

    /// <summary>Only pictures made by this person; null = any.</summary>
    public Guid? Maker { get; init; }

    /// <summary>Earliest creation time, inclusive; null = no limit.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Latest creation time, exclusive; null = no limit.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Only the actor's favourites, within any view.</summary>
    public bool MarkedOnly { get; init; }

    /// <summary>Without the pictures that data sets and bias audits had made.</summary>
    public bool WithoutSeries { get; init; }

    /// <summary>Whether the oldest pictures come first. A search by similarity has its own order.</summary>
    public bool OldestFirst { get; init; }

    /// <summary>Words that must all occur in the prompt; with <see cref="ByMeaning"/>, a description of the picture. Null = no restriction.</summary>
    public string? Words { get; init; }

    /// <summary>Searches by CLIP similarity to the picture instead of by the words of the prompt; closest first.</summary>
    public bool ByMeaning { get; init; }

    /// <summary>Pictures similar to this one, closest first.</summary>
    public Guid? Like { get; init; }

    /// <summary>Whether the order is by similarity instead of by time.</summary>
    public bool IsByLikeness => Like is not null || (ByMeaning && !string.IsNullOrWhiteSpace(Words));
}
