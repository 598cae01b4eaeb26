using System.Security.Cryptography;
using PromptCanvas.Provenance.Containers;
using PromptCanvas.Provenance.Manifests;
using PromptCanvas.Provenance.Signing;

namespace PromptCanvas.Provenance;

/// <summary>Puts signed manifests into picture files, and takes them out.</summary>
public static class PictureSigner
{
    /// <summary>The same picture with a manifest that states its story and is signed. A manifest in the file is replaced.</summary>
    /// <param name="file">A PNG, JPEG or WebP.</param>
    /// <exception cref="ProvenanceException">Another format, or damaged.</exception>
    /// <remarks>Not deterministic: ECDSA signatures are random. Store the result to give the same bytes again.</remarks>
    public static byte[] Sign(ReadOnlySpan<byte> file, PictureStory story, SigningIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(story);
        ArgumentNullException.ThrowIfNull(identity);
        var container = PictureContainer.Of(file) ?? throw new ProvenanceException("The file is not a PNG, JPEG or WebP.");
        var plain = container.Remove(file);
        var writer = new ManifestWriter(story, identity, Guid.NewGuid());

        // The manifest states its own length, so its length is found by writing it: a longer number is a longer manifest.
        var place = new ManifestPlace(0, 0, []);
        var hash = new byte[SHA256.HashSizeInBytes];
        while (true)
        {
            var signed = container.Insert(plain, writer.Write(place.Start, place.Length, hash));
            var written = container.Find(signed)!;
            if (written.Start == place.Start && written.Length == place.Length)
            {
                return container.Insert(plain, writer.Write(place.Start, place.Length, HashAround(signed, place)));
            }

            place = written;
        }
    }

    /// <summary>The same file without its manifest; a copy if it has none or has another format.</summary>
    /// <exception cref="ProvenanceException">The file is damaged.</exception>
    public static byte[] Strip(ReadOnlySpan<byte> file) => PictureContainer.Of(file) is { } container ? container.Remove(file) : file.ToArray();

    /// <summary>Whether a file that starts with these bytes carries a manifest where this software puts it in a PNG: right after the header.</summary>
    /// <param name="start">At least <see cref="StartLength"/> bytes.</param>
    public static bool IsSignedPng(ReadOnlySpan<byte> start) => start.Length >= StartLength && start[(StartLength - 4)..StartLength].SequenceEqual("caBX"u8);

    /// <summary>Number of bytes that <see cref="IsSignedPng"/> looks at.</summary>
    public const int StartLength = 41;

    private static byte[] HashAround(ReadOnlySpan<byte> file, ManifestPlace place)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(file[..place.Start]);
        hash.AppendData(file[place.End..]);
        return hash.GetHashAndReset();
    }
}
