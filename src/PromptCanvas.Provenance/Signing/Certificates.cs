using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PromptCanvas.Provenance.Signing;

/// <summary>What C2PA asks of signing certificates.</summary>
/// <remarks>Source: C2PA specification 2.1, section 14.5.</remarks>
internal static class Certificates
{
    /// <summary>Size of the only curve that this software signs with, P-256.</summary>
    public const int KeyBits = 256;

    public const string DocumentSigning = "1.3.6.1.5.5.7.3.36";
    public const string EmailProtection = "1.3.6.1.5.5.7.3.4";
    public const string ClaimSigning = "1.3.6.1.4.1.62558.2.1";

    private static readonly string[] Uses = [DocumentSigning, EmailProtection, ClaimSigning];

    public static string ThumbprintOf(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();

    public static bool IsSelfSigned(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    /// <summary>Why validators refuse manifests signed with this certificate; null if they do not.</summary>
    public static string? Refusal(X509Certificate2 certificate, DateTimeOffset now) =>
        IsSelfSigned(certificate) ? "The signing certificate signs itself; it needs an issuer."
        : !certificate.Extensions.OfType<X509KeyUsageExtension>().Any(usage => usage.Critical && usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature)) ? "The signing certificate is not for digital signatures."
        : certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority) ? "The signing certificate is an issuer's."
        : !certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(usage => Uses.Any(use => usage.EnhancedKeyUsages[use] is not null)) ? "The signing certificate is not for signing documents, e-mail or claims."
        : certificate.NotBefore.ToUniversalTime() > now ? "The signing certificate is not valid yet."
        : certificate.NotAfter.ToUniversalTime() < now ? "The signing certificate has expired."
        : null;

    /// <summary>The organisation and common name, for people.</summary>
    public static string NameOf(X500DistinguishedName name)
    {
        try
        {
            var parts = name.EnumerateRelativeDistinguishedNames()
                .Where(part => !part.HasMultipleElements)
                .Select(part => (Type: part.GetSingleElementType().Value, Value: part.GetSingleElementValue()))
                .ToList();
            string? Of(string type) => parts.FirstOrDefault(part => part.Type == type).Value;
            return (Of("2.5.4.3"), Of("2.5.4.10")) switch
            {
                ({ } common, { } organisation) when common != organisation => $"{common} ({organisation})",
                ({ } common, _) => common,
                (_, { } organisation) => organisation,
                _ => name.Name,
            };
        }
        catch (Exception fault) when (fault is CryptographicException or AsnContentException)
        {
            return name.Name;
        }
    }
}
