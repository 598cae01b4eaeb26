using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Security.Cryptography.X509Certificates;
using PromptCanvas.Provenance.Signing;

namespace PromptCanvas.Provenance.Reading;

/// <summary>Checks a claim's signature and its signer's certificate.</summary>
internal static class SignatureCheck
{
    private const int MostCertificates = 20;

    /// <summary>The name of <c>x5chain</c> before RFC 9360.</summary>
    private static readonly CoseHeaderLabel OldCertificateChain = new("x5chain");

    public static (SignerReport? Signer, IReadOnlyList<ManifestCheck> Checks) Run(ReadOnlyMemory<byte> signature, ReadOnlyMemory<byte> claim, DateTimeOffset now)
    {
        SignerReport? signer = null;
        try
        {
            var message = CoseMessage.DecodeSign1(signature.ToArray());
            using var certificate = X509CertificateLoader.LoadCertificate(CertificateOf(message));
            signer = new SignerReport(
                Certificates.NameOf(certificate.SubjectName),
                Certificates.NameOf(certificate.IssuerName),
                Certificates.ThumbprintOf(certificate),
                certificate.NotBefore.ToUniversalTime(),
                certificate.NotAfter.ToUniversalTime());
            return (signer, [Verify(message, certificate, claim), Judge(certificate, now)]);
        }
        catch (Exception fault) when (fault is CryptographicException or CborContentException or InvalidOperationException or ProvenanceException)
        {
            return (signer, [new ManifestCheck("claimSignature.mismatch", CheckOutcome.Failed, $"The signature or its certificate cannot be read: {fault.Message}")]);
        }
    }

    private static ManifestCheck Judge(X509Certificate2 certificate, DateTimeOffset now) =>
        Certificates.Refusal(certificate, now) is not { } refusal ? new ManifestCheck("signingCredential.valid", CheckOutcome.Passed, "The signing certificate is valid.")

            // Without a time stamp, nobody can tell whether the picture was signed before its end.
            : certificate.NotAfter.ToUniversalTime() < now ? new ManifestCheck("signingCredential.expired", CheckOutcome.Note, refusal)
            : new ManifestCheck("signingCredential.invalid", CheckOutcome.Failed, refusal);

    private static ManifestCheck Verify(CoseSign1Message message, X509Certificate2 certificate, ReadOnlyMemory<byte> claim)
    {
        using AsymmetricAlgorithm? key = (AsymmetricAlgorithm?)certificate.GetECDsaPublicKey() ?? certificate.GetRSAPublicKey();
        if (key is null)
        {
            return new ManifestCheck("algorithm.unsupported", CheckOutcome.Unsupported, "The signature is of a kind that is not supported.");
        }

        return message.VerifyDetached(key, claim.ToArray())
            ? new ManifestCheck("claimSignature.validated", CheckOutcome.Passed, "The signature is the signer's.")
            : new ManifestCheck("claimSignature.mismatch", CheckOutcome.Failed, "The signature does not fit: the manifest was changed after it was signed.");
    }

    private static byte[] CertificateOf(CoseSign1Message message)
    {
        foreach (var headers in new[] { message.ProtectedHeaders, message.UnprotectedHeaders })
        {
            foreach (var label in new[] { ClaimSignature.CertificateChain, OldCertificateChain })
            {
                if (headers.TryGetValue(label, out var chain))
                {
                    return First(new CborReader(chain.EncodedValue));
                }
            }
        }

        throw new ProvenanceException("It has no certificate.");
    }

    private static byte[] First(CborReader reader)
    {
        if (reader.PeekState() != CborReaderState.StartArray)
        {
            return reader.ReadByteString();
        }

        return reader.ReadStartArray() is null or (> 0 and <= MostCertificates) ? reader.ReadByteString() : throw new ProvenanceException("It has no certificate, or too many.");
    }
}
