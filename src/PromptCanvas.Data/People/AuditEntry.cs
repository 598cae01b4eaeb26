namespace PromptCanvas.Data.People;

/// <summary>An administrative action or a refused access. Immutable.</summary>
public sealed class AuditEntry
{
    public long Id { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Null for the command line and for anonymous callers.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>The actor's name, kept after the account is deleted.</summary>
    public required string Actor { get; init; }

    /// <summary>The action, as <c>area.act</c>: <c>people.suspend</c>, <c>access.refused</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The person or object affected.</summary>
    public string? Target { get; init; }

    public string? Detail { get; init; }

    /// <summary>The client's network address.</summary>
    public string? Address { get; init; }
}
