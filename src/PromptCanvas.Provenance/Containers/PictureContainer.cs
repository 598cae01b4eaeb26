namespace PromptCanvas.Provenance.Containers;

/// <summary>A file format that can carry a manifest.</summary>
internal abstract class PictureContainer
{
    private static readonly PictureContainer[] All = [new PngContainer(), new JpegContainer(), new WebPContainer()];

    public abstract string ContentType { get; }

    /// <summary>Null for any other format.</summary>
    public static PictureContainer? Of(ReadOnlySpan<byte> file)
    {
        foreach (var container in All)
        {
            if (container.Reads(file))
            {
                return container;
            }
        }

        return null;
    }

    /// <returns>Null if the file has no manifest.</returns>
    /// <exception cref="ProvenanceException">The file is damaged before the end of its manifest, or has several.</exception>
    public abstract ManifestPlace? Find(ReadOnlySpan<byte> file);

    /// <summary>A copy of a file without a manifest, with this manifest.</summary>
    public abstract byte[] Insert(ReadOnlySpan<byte> file, ReadOnlySpan<byte> manifest);

    /// <summary>A copy of the file without its manifest.</summary>
    public byte[] Remove(ReadOnlySpan<byte> file) => Find(file) is { } place ? Cut(file, place) : file.ToArray();

    protected abstract bool Reads(ReadOnlySpan<byte> file);

    protected virtual byte[] Cut(ReadOnlySpan<byte> file, ManifestPlace place)
    {
        var rest = new byte[file.Length - place.Length];
        file[..place.Start].CopyTo(rest);
        file[place.End..].CopyTo(rest.AsSpan(place.Start));
        return rest;
    }

    protected static byte[] Join(ReadOnlySpan<byte> before, ReadOnlySpan<byte> between, ReadOnlySpan<byte> after)
    {
        var joined = GC.AllocateUninitializedArray<byte>(before.Length + between.Length + after.Length);
        before.CopyTo(joined);
        between.CopyTo(joined.AsSpan(before.Length));
        after.CopyTo(joined.AsSpan(before.Length + between.Length));
        return joined;
    }
}
