namespace PromptCanvas.Data.Credits;

/// <summary>One line of somebody's account. Lines are added, never changed: the quota can be recomputed from them.</summary>
public sealed class LedgerEntry
{
    public long Id { get; init; }

    public required Guid PersonId { get; init; }

    /// <summary>The <see cref="Quota.Period"/> it counts in; a refund counts in the period of its charge.</summary>
    public required string Period { get; init; }

    /// <summary>Null unless it is about a picture.</summary>
    public Guid? JobId { get; init; }

    /// <summary>From 0; a picture, not a job, is what is charged, delivered and refunded.</summary>
    public int? ImageIndex { get; init; }

    /// <summary>One of <see cref="LedgerKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Credits, positive in the person's favour: a charge is −1, its refund +1, a settlement 0.</summary>
    public required int Amount { get; init; }

    /// <summary>One sentence for the person whose account it is.</summary>
    public required string Reason { get; init; }

    /// <summary>The administrator who did it; null for the studio itself.</summary>
    public Guid? ByPersonId { get; init; }

    public required DateTimeOffset At { get; init; }
}
