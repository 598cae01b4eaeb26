namespace PromptCanvas.Provenance.Containers;

/// <summary>Where a manifest lies in a file, with everything that only exists because of it.</summary>
/// <param name="Start">Offset of its first byte, chunk header included.</param>
/// <param name="Length">In bytes, chunk headers, checksum and padding included.</param>
internal sealed record ManifestPlace(int Start, int Length, byte[] Manifest)
{
    public int End => Start + Length;
}
