using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;

namespace PromptCanvas.Provenance.Signing;

/// <summary>Signs claims: a COSE_Sign1 without payload, the certificates in its protected header.</summary>
/// <remarks>Source: C2PA specification 2.1, section 13.2; RFC 9052, RFC 9360.</remarks>
internal static class ClaimSignature
{
    /// <summary>The COSE header <c>x5chain</c>.</summary>
    public static readonly CoseHeaderLabel CertificateChain = new(33);

    public static byte[] Sign(byte[] claim, SigningIdentity identity)
    {
        var header = new CoseHeaderMap { [CertificateChain] = CoseHeaderValue.FromEncodedValue(identity.EncodedChain) };
        return CoseSign1Message.SignDetached(claim, new CoseSigner(identity.Key, HashAlgorithmName.SHA256, header), associatedData: default(ReadOnlySpan<byte>));
    }

    /// <summary>One certificate is a byte string; several are an array of them.</summary>
    public static byte[] Encode(IReadOnlyList<byte[]> certificates)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        if (certificates is [var only])
        {
            writer.WriteByteString(only);
            return writer.Encode();
        }

        writer.WriteStartArray(certificates.Count);
        foreach (var certificate in certificates)
        {
            writer.WriteByteString(certificate);
        }

        writer.WriteEndArray();
        return writer.Encode();
    }
}
