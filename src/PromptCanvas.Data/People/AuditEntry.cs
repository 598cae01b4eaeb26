namespace PromptCanvas.Data.People;

/// <summary>An administrative act, or somebody turned away. Written once, never changed.</summary>
public sealed class AuditEntry
{
    public long Id { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Who did it; null for the command line and for strangers.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>Who did it, in words that outlive the account.</summary>
    public required string Actor { get; init; }

    /// <summary>What, as <c>area.act</c>: <c>people.suspend</c>, <c>access.refused</c>.</summary>
    public required string Action { get; init; }

    /// <summary>To whom or what.</summary>
    public string? Target { get; init; }

    public string? Detail { get; init; }

    /// <summary>The address it came from.</summary>
    public string? Address { get; init; }
}
