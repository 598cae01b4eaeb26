namespace PromptCanvas.Data.People;

/// <summary>What came of a wish about an account.</summary>
/// <param name="Refusal">One sentence for whoever asked; null when it was done.</param>
/// <param name="Token">The secret of a link or key that was made: shown once.</param>
public sealed record AccountOutcome(Person? Person, string? Refusal, string? Token = null)
{
    public bool Done => Refusal is null;

    internal static AccountOutcome Refused(string reason) => new(null, reason);
}
