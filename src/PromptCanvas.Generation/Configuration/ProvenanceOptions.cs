namespace PromptCanvas.Generation.Configuration;

/// <summary>Section <c>Provenance</c>.</summary>
public sealed record ProvenanceOptions
{
    public const string Section = "Provenance";

    /// <summary>Whether picture files contain how they were made. If off, nothing is embedded, and data embedded earlier is removed from responses.</summary>
    /// <value>true</value>
    [RuntimeSetting]
    public bool Embed { get; init; } = true;

    /// <summary>Whether what is embedded is also signed (C2PA), so that anyone can see whether a file was changed.</summary>
    /// <value>true</value>
    [RuntimeSetting]
    public bool Sign { get; init; } = true;

    /// <summary>A PEM file with your own signing certificate, then its issuers; the key is P-256. Without one the studio makes its own at its first start.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>A PEM file with that certificate's private key.</summary>
    public string? KeyFile { get; init; }
}
