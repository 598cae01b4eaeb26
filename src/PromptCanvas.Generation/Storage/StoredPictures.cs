using PromptCanvas.Imaging.Editing;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Storage;

/// <summary>Decodes pictures of the store. Limits concurrent decoding, because each decode needs much memory.</summary>
internal sealed class StoredPictures(IBlobStore blobs) : IDisposable
{
    private const int DecodersAtOnce = 2;

    // Decoding a large picture takes 160 MB.
    private readonly SemaphoreSlim decoders = new(DecodersAtOnce, DecodersAtOnce);

    /// <summary>The pixels; transparent areas are composited onto white.</summary>
    /// <exception cref="PictureFormatException">The file is missing or damaged.</exception>
    public Task<RgbImage> ReadAsync(string hash, CancellationToken cancellationToken) => DecodeAsync(hash, PictureDecoder.Decode, cancellationToken);

    /// <summary>The picture's keep mask.</summary>
    /// <exception cref="PictureFormatException">The file is missing or damaged.</exception>
    public Task<KeepMask> ReadMaskAsync(string hash, CancellationToken cancellationToken) => DecodeAsync(hash, MaskReader.Read, cancellationToken);

    /// <summary>Runs a decoder within the concurrency limit.</summary>
    public async Task<T> DecodeAsync<T>(Func<T> decode, CancellationToken cancellationToken)
    {
        await decoders.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(decode, cancellationToken);
        }
        finally
        {
            decoders.Release();
        }
    }

    public void Dispose() => decoders.Dispose();

    private async Task<T> DecodeAsync<T>(string hash, Func<byte[], T> decode, CancellationToken cancellationToken)
    {
        await using var file = blobs.Open(BlobKind.Picture, hash)
            ?? throw new PictureFormatException("A picture that this request uses is no longer in the store; upload it again.");
        var encoded = new byte[file.Length];
        await file.ReadExactlyAsync(encoded, cancellationToken);
        return await DecodeAsync(() => decode(encoded), cancellationToken);
    }
}
