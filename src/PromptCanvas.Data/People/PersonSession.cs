namespace PromptCanvas.Data.People;

/// <summary>A browser that a person signed in with.</summary>
public sealed class PersonSession
{
    /// <summary>128 random bits; the session cookie carries it.</summary>
    public required Guid Id { get; init; }

    public required Guid PersonId { get; init; }

    /// <summary>Browser and system, as the browser names them.</summary>
    public required string Device { get; init; }

    /// <summary>The security stamp that the cookie carries; another stamp of the person has ended the session.</summary>
    public required string Stamp { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last used, to the hour.</summary>
    public required DateTimeOffset SeenAt { get; set; }

    /// <summary>When the person ended it; null = open.</summary>
    public DateTimeOffset? EndedAt { get; set; }
}
