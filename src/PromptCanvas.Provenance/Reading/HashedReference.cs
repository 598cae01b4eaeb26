using System.Security.Cryptography;
using PromptCanvas.Provenance.Boxes;
using PromptCanvas.Provenance.Manifests;

namespace PromptCanvas.Provenance.Reading;

/// <summary>A claim's reference to an assertion, with the hash that it must have.</summary>
internal sealed record HashedReference(string Url, byte[] Hash, string? Algorithm)
{
    private const string Self = "self#jumbf=";

    public static HashedReference Of(CborValue value, string? algorithm) => new(
        value["url"]?.Text ?? throw new ProvenanceException("A reference of the claim has no address."),
        value["hash"]?.Bytes ?? throw new ProvenanceException("A reference of the claim has no hash."),
        value["alg"]?.Text ?? algorithm);

    /// <summary>The box it refers to; null if this manifest does not hold it.</summary>
    public JumbfBox? Find(JumbfBox manifest)
    {
        if (!Url.StartsWith(Self, StringComparison.Ordinal))
        {
            return null;
        }

        var path = Url[Self.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);

        // Absolute addresses begin with the store and the manifest.
        string[] within = Url[Self.Length..].StartsWith('/')
            ? path is [Labels.Store, var label, ..] && label == manifest.Label ? path[2..] : []
            : path;
        return within is [Labels.Assertions, var assertion] ? manifest.Child(Labels.Assertions, JumbfKinds.Assertions)?.Child(assertion) : null;
    }

    /// <summary>Null for an algorithm that is not supported.</summary>
    public bool? Fits(ReadOnlySpan<byte> bytes) => HashOf(Algorithm) is { } name ? CryptographicOperations.HashData(name, bytes).AsSpan().SequenceEqual(Hash) : null;

    /// <summary>Null for an algorithm that is not supported.</summary>
    public static HashAlgorithmName? HashOf(string? algorithm) => algorithm switch
    {
        "sha256" => HashAlgorithmName.SHA256,
        "sha384" => HashAlgorithmName.SHA384,
        "sha512" => HashAlgorithmName.SHA512,
        _ => null,
    };
}
