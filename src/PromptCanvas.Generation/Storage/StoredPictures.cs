using PromptCanvas.Imaging.Editing;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Storage;

/// <summary>Decodes pictures of the store and uploads. Limits concurrent decoding, because each decode needs much memory.</summary>
internal sealed class StoredPictures(IBlobStore blobs)
{
    private const int DecodersAtOnce = 2;

    // An opaque picture of the largest accepted size, 40 megapixels of 3 bytes, with its mask of 1 byte a pixel.
    private const long MostKeptBytes = 160_000_000;

    private readonly DecodedPictures kept = new(MostKeptBytes);

    // Decoding a large picture takes 160 MB.
    private readonly DecoderTurns decoders = new(DecodersAtOnce);

    /// <summary>The pixels; transparent areas are composited onto white.</summary>
    /// <exception cref="PictureFormatException">The file is missing or damaged.</exception>
    public async Task<RgbImage> ReadAsync(string hash, CancellationToken cancellationToken) => (await FormsAsync(hash, cancellationToken)).Opaque;

    /// <summary>The pixels with their transparency; null if every pixel is opaque.</summary>
    /// <exception cref="PictureFormatException">The file is missing or damaged.</exception>
    public async Task<RgbaImage?> ReadTransparentAsync(string hash, CancellationToken cancellationToken) => (await FormsAsync(hash, cancellationToken)).Transparent;

    /// <summary>The picture's keep mask.</summary>
    /// <exception cref="PictureFormatException">The file is missing or damaged.</exception>
    public Task<KeepMask> ReadMaskAsync(string hash, CancellationToken cancellationToken) =>
        DecodeAsync(hash, MaskReader.Read, mask => mask.Values.Length, cancellationToken);

    /// <summary>Drops the decoded forms of pictures that no run needs soon.</summary>
    public void Drop(IReadOnlyCollection<string> hashes) => kept.Drop(hashes);

    /// <summary>Waits for a decoder; see <see cref="DecoderTurns.EnterAsync"/>.</summary>
    public Task<IDisposable?> EnterAsync(Guid personId, int? mostWaiting, CancellationToken cancellationToken) =>
        decoders.EnterAsync(personId, mostWaiting, cancellationToken);

    /// <summary>Runs a decoder when it is this person's turn.</summary>
    /// <param name="personId">The person whose picture is decoded; <see cref="Guid.Empty"/> for the studio's own work.</param>
    public async Task<T> DecodeAsync<T>(Guid personId, Func<T> decode, CancellationToken cancellationToken)
    {
        using var turn = await decoders.EnterAsync(personId, mostWaiting: null, cancellationToken);
        return await Task.Run(decode, cancellationToken);
    }

    private Task<Forms> FormsAsync(string hash, CancellationToken cancellationToken) => DecodeAsync(
        hash,
        encoded =>
        {
            var (opaque, transparent) = PictureDecoder.DecodeForms(encoded);
            return new Forms(opaque, transparent);
        },
        forms => forms.Opaque.Bytes.Length + (forms.Transparent?.Bytes.Length ?? 0),
        cancellationToken);

    private async Task<T> DecodeAsync<T>(string hash, Func<byte[], T> decode, Func<T, long> sizeOf, CancellationToken cancellationToken)
        where T : class
    {
        // The file is read when a decoder is free, not while the picture waits for one.
        using var turn = await decoders.EnterAsync(Guid.Empty, mostWaiting: null, cancellationToken);
        await using var file = await blobs.OpenAsync(BlobKind.Picture, hash, cancellationToken)
            ?? throw new PictureFormatException("A picture that this request uses is no longer in the store; upload it again.");
        if (kept.Find<T>(hash) is { } known)
        {
            return known;
        }

        var encoded = new byte[file.Length];
        await file.ReadExactlyAsync(encoded, cancellationToken);
        var decoded = await Task.Run(() => decode(encoded), cancellationToken);
        kept.Keep(hash, decoded, sizeOf(decoded));
        return decoded;
    }

    private sealed record Forms(RgbImage Opaque, RgbaImage? Transparent);
}
