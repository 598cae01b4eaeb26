namespace PromptCanvas.Data.People;

/// <summary>Result of an account operation.</summary>
/// <param name="Refusal">One sentence for the caller; null on success.</param>
/// <param name="Token">The secret of the created link or key; shown once.</param>
public sealed record AccountOutcome(Person? Person, string? Refusal, string? Token = null)
{
    public bool Done => Refusal is null;

    internal static AccountOutcome Refused(string reason) => new(null, reason);
}
