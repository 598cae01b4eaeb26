using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PromptCanvas.Provenance.Signing;

/// <summary>A new key with certificates of its own, which nobody outside vouches for.</summary>
/// <param name="ChainPem">The signing certificate, then its root.</param>
/// <param name="Key">PKCS #8, unencrypted.</param>
public sealed record OwnCertificate(string ChainPem, byte[] Key)
{
    // Manifests carry no time stamp, so they end with the certificate.
    private const int Years = 10;
    private const int SerialLength = 16;

    // Clocks of validators may be late.
    private static readonly TimeSpan Before = TimeSpan.FromHours(1);

    /// <summary>Makes a key and certificates.</summary>
    /// <param name="name">The installation's name, for people.</param>
    /// <param name="id">Distinguishes installations with the same name.</param>
    /// <remarks>The root's key is discarded: nothing else can be issued under it.</remarks>
    public static OwnCertificate Create(string name, Guid id, DateTimeOffset now)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var (start, end) = (now - Before, now.AddYears(Years));
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest(NameOf($"{name} root {id:N}"), rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        rootRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        rootRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(rootRequest.PublicKey, critical: false));
        using var root = rootRequest.CreateSelfSigned(start, end);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(NameOf($"{name} {id:N}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(Certificates.DocumentSigning), new Oid(Certificates.ClaimSigning)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using var signing = request.Create(root, start, end, RandomNumberGenerator.GetBytes(SerialLength));
        return new OwnCertificate($"{signing.ExportCertificatePem()}\n{root.ExportCertificatePem()}\n", key.ExportPkcs8PrivateKey());
    }

    private static X500DistinguishedName NameOf(string commonName)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddOrganizationName("PromptCanvas");
        builder.AddCommonName(commonName);
        return builder.Build();
    }
}
