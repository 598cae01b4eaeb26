namespace PromptCanvas.Data.People;

/// <summary>A person who was invited.</summary>
/// <param name="Token">The secret of the link to set a password; shown once.</param>
public sealed record Invitation(Person Person, string Token);
