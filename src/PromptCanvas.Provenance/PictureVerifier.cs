using PromptCanvas.Provenance.Boxes;
using PromptCanvas.Provenance.Containers;
using PromptCanvas.Provenance.Reading;

namespace PromptCanvas.Provenance;

/// <summary>Reads manifests and checks whether they hold. The file is untrusted.</summary>
public static class PictureVerifier
{
    /// <summary>Manifests longer than this are refused.</summary>
    public const int LongestManifest = 16 * 1024 * 1024;

    /// <summary>Whether the bytes begin like a format that can be verified.</summary>
    public static bool Reads(ReadOnlySpan<byte> file) => PictureContainer.Of(file) is not null;

    /// <param name="file">Any bytes.</param>
    /// <param name="now">For the validity of certificates.</param>
    /// <exception cref="ProvenanceException">Not a PNG, JPEG or WebP, or so damaged that its manifest cannot be read; the message says which.</exception>
    public static PictureReport Verify(ReadOnlyMemory<byte> file, DateTimeOffset now)
    {
        var container = PictureContainer.Of(file.Span) ?? throw new ProvenanceException("The file is not a PNG, JPEG or WebP.");
        if (container.Find(file.Span) is not { } place)
        {
            return new PictureReport(container.ContentType, null);
        }

        if (place.Manifest.Length > LongestManifest)
        {
            throw new ProvenanceException("The manifest is too long.");
        }

        var store = JumbfReader.Read(place.Manifest);
        return new PictureReport(container.ContentType, new ManifestReading(ActiveOf(store), file, place, now).Report());
    }

    // The last one; the others are those of ingredients and earlier versions.
    private static JumbfBox ActiveOf(JumbfBox store) =>
        store.Kind == JumbfKinds.Store && store.Children.LastOrDefault(box => box.Kind is JumbfKinds.Manifest or JumbfKinds.UpdateManifest) is { } active
            ? active
            : throw new ProvenanceException("The manifest store holds no manifest.");
}
