namespace PromptCanvas.Data.Settings;

/// <summary>A key that signed, or signs, the provenance of pictures. All rows stay: their certificates tell which pictures are this installation's.</summary>
public sealed class SigningKey
{
    /// <summary>From 1; the highest number with a key signs.</summary>
    public required int Number { get; init; }

    /// <summary>SHA-256 of the signing certificate, 64 lower-case hex digits; unique.</summary>
    public required string Thumbprint { get; init; }

    /// <summary>The signing certificate, then its issuers, as PEM.</summary>
    public required string Certificates { get; init; }

    /// <summary>The private key, encrypted with the data-protection keys. Null for a key that the operator brought: it is in a file.</summary>
    public byte[]? Key { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
