namespace PromptCanvas.Data.Credits;

/// <summary>One entry of a person's ledger. Entries are append-only, so the quota can be recomputed from them.</summary>
public sealed class LedgerEntry
{
    public long Id { get; init; }

    public required Guid PersonId { get; init; }

    /// <summary>The <see cref="Quota.Period"/> of the entry; a refund belongs to the period of its charge.</summary>
    public required string Period { get; init; }

    /// <summary>Null unless the entry concerns a picture.</summary>
    public Guid? JobId { get; init; }

    /// <summary>From 0. The unit of charge, delivery and refund is the picture, not the job.</summary>
    public int? ImageIndex { get; init; }

    /// <summary>One of <see cref="LedgerKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Hundredths of a credit; positive adds to the person's balance: a charge is −100, its refund +100, a settlement 0.</summary>
    public required long Amount { get; init; }

    /// <summary>One sentence for the owner of the account.</summary>
    public required string Reason { get; init; }

    /// <summary>The administrator who made the entry; null for the studio itself.</summary>
    public Guid? ByPersonId { get; init; }

    public required DateTimeOffset At { get; init; }
}
