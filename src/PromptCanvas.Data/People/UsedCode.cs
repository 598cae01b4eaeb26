namespace PromptCanvas.Data.People;

/// <summary>An authenticator code that was accepted and is not accepted again.</summary>
public sealed class UsedCode
{
    public required Guid PersonId { get; init; }

    /// <summary>Number of 30-second steps since 1970 for which the code was made (RFC 6238).</summary>
    public required long Step { get; init; }
}
