namespace PromptCanvas.Data.People;

/// <summary>Failed sign-in attempts on an account from one source. A lock stops this source only, so that a stranger cannot lock out the owner.</summary>
public sealed class SignInLock
{
    public const int SourceLength = 64;

    /// <summary>The row that counts the attempts from all unknown sources together.</summary>
    public const string Everywhere = "everywhere";

    public required Guid PersonId { get; init; }

    /// <summary>An address range, a known device, or <see cref="Everywhere"/>.</summary>
    public required string Source { get; init; }

    /// <summary>Failures since the last lock or success; for <see cref="Everywhere"/>, failures that are not yet forgiven.</summary>
    public int Failures { get; set; }

    /// <summary>Locks since the last success; each one lasts twice as long as the previous one.</summary>
    public int Locks { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }

    public required DateTimeOffset LastFailureAt { get; set; }
}
