namespace PromptCanvas.Generation.Storage;

/// <summary>The installation's signing keys.</summary>
public interface ISigningKeys
{
    /// <summary>Whether the installation signs, or has ever signed, with this certificate.</summary>
    /// <param name="thumbprint">SHA-256, 64 lower-case hex digits.</param>
    Task<bool> IsOursAsync(string thumbprint, CancellationToken cancellationToken);

    /// <summary>The certificate that signs now, then its issuers, as PEM; null if the installation does not sign.</summary>
    Task<string?> CertificatesAsync(CancellationToken cancellationToken);
}
