using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PromptCanvas.Provenance.Signing;

/// <summary>A key that signs manifests, with the certificates that say whose it is.</summary>
public sealed class SigningIdentity : IDisposable
{
    private SigningIdentity(ECDsa key, X509Certificate2 certificate, IReadOnlyList<byte[]> chain)
    {
        Key = key;
        Thumbprint = Certificates.ThumbprintOf(certificate);
        NotAfter = certificate.NotAfter.ToUniversalTime();
        Name = Certificates.NameOf(certificate.SubjectName);
        EncodedChain = ClaimSignature.Encode(chain);
    }

    /// <summary>SHA-256 of the signing certificate, lower-case hex digits.</summary>
    public string Thumbprint { get; }

    public DateTimeOffset NotAfter { get; }

    /// <summary>The signer's name, for people.</summary>
    public string Name { get; }

    internal ECDsa Key { get; }

    internal byte[] EncodedChain { get; }

    /// <summary>Reads a key and its certificates.</summary>
    /// <param name="chainPem">The signing certificate first, then those that vouch for it. A root at the end is left out of manifests.</param>
    /// <param name="keyPem">The signing certificate's private key, unencrypted.</param>
    /// <exception cref="ProvenanceException">Not usable for signing; the message says why.</exception>
    public static SigningIdentity Read(string chainPem, string keyPem, DateTimeOffset now)
    {
        ECDsa? key = null;
        try
        {
            key = ECDsa.Create();
            key.ImportFromPem(keyPem);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(chainPem);
            if (chain is not [var signing, ..])
            {
                throw new ProvenanceException("There is no certificate.");
            }

            Check(signing, key, now);
            var identity = new SigningIdentity(key, signing, [.. chain.Where((certificate, index) => index == 0 || !Certificates.IsSelfSigned(certificate)).Select(certificate => certificate.RawData)]);
            foreach (var certificate in chain)
            {
                certificate.Dispose();
            }

            key = null;
            return identity;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw new ProvenanceException($"The key or a certificate cannot be read: {fault.Message}", fault);
        }
        finally
        {
            key?.Dispose();
        }
    }

    /// <summary>Whether the certificate ends within this time.</summary>
    public bool EndsWithin(TimeSpan time, DateTimeOffset now) => NotAfter - now < time;

    public void Dispose() => Key.Dispose();

    private static void Check(X509Certificate2 signing, ECDsa key, DateTimeOffset now)
    {
        using var itsKey = signing.GetECDsaPublicKey() ?? throw new ProvenanceException("The signing certificate's key is not an elliptic-curve key.");
        if (key.KeySize != Certificates.KeyBits || !itsKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
        {
            throw new ProvenanceException(key.KeySize != Certificates.KeyBits ? "The key is not a P-256 key." : "The first certificate does not belong to the key.");
        }

        if (Certificates.Refusal(signing, now) is { } refusal)
        {
            throw new ProvenanceException(refusal);
        }
    }
}
