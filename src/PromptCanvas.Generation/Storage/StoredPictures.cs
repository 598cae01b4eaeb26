using PromptCanvas.Imaging.Editing;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Storage;

/// <summary>Decodes pictures of the store and uploads. Limits concurrent decoding, because each decode needs much memory.</summary>
internal sealed class StoredPictures(IBlobStore blobs)
{
    private const int DecodersAtOnce = 2;

    // Decoding a large picture takes 160 MB.
    private readonly DecoderTurns decoders = new(DecodersAtOnce);

    /// <summary>The pixels; transparent areas are composited onto white.</summary>
    /// <exception cref="PictureFormatException">The file is missing or damaged.</exception>
    public Task<RgbImage> ReadAsync(string hash, CancellationToken cancellationToken) => DecodeAsync(hash, PictureDecoder.Decode, cancellationToken);

    /// <summary>The pixels with their transparency; null if every pixel is opaque.</summary>
    /// <exception cref="PictureFormatException">The file is missing or damaged.</exception>
    public Task<RgbaImage?> ReadTransparentAsync(string hash, CancellationToken cancellationToken) => DecodeAsync(hash, PictureDecoder.DecodeTransparent, cancellationToken);

    /// <summary>The picture's keep mask.</summary>
    /// <exception cref="PictureFormatException">The file is missing or damaged.</exception>
    public Task<KeepMask> ReadMaskAsync(string hash, CancellationToken cancellationToken) => DecodeAsync(hash, MaskReader.Read, cancellationToken);

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

    private async Task<T> DecodeAsync<T>(string hash, Func<byte[], T> decode, CancellationToken cancellationToken)
    {
        // The file is read when a decoder is free, not while the picture waits for one.
        using var turn = await decoders.EnterAsync(Guid.Empty, mostWaiting: null, cancellationToken);
        await using var file = blobs.Open(BlobKind.Picture, hash)
            ?? throw new PictureFormatException("A picture that this request uses is no longer in the store; upload it again.");
        var encoded = new byte[file.Length];
        await file.ReadExactlyAsync(encoded, cancellationToken);
        return await Task.Run(() => decode(encoded), cancellationToken);
    }
}
