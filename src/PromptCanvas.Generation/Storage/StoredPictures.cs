using PromptCanvas.Imaging.Editing;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Storage;

/// <summary>Pixels of the pictures in the store. Decoding takes memory, so that few are decoded at once.</summary>
internal sealed class StoredPictures(IBlobStore blobs) : IDisposable
{
    private const int DecodersAtOnce = 2;

    // A large picture takes 160 MB while it is decoded.
    private readonly SemaphoreSlim decoders = new(DecodersAtOnce, DecodersAtOnce);

    /// <summary>The pixels; transparency is laid on white.</summary>
    /// <exception cref="PictureFormatException">It is no longer in the store, or damaged there.</exception>
    public Task<RgbImage> ReadAsync(string hash, CancellationToken cancellationToken) => DecodeAsync(hash, PictureDecoder.Decode, cancellationToken);

    /// <summary>What it says about keeping and repainting.</summary>
    /// <exception cref="PictureFormatException">It is no longer in the store, or damaged there.</exception>
    public Task<KeepMask> ReadMaskAsync(string hash, CancellationToken cancellationToken) => DecodeAsync(hash, MaskReader.Read, cancellationToken);

    /// <summary>Runs a decoder when its turn comes.</summary>
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
            ?? throw new PictureFormatException("A picture that this request works with is no longer in the store; bring it along again.");
        var encoded = new byte[file.Length];
        await file.ReadExactlyAsync(encoded, cancellationToken);
        return await DecodeAsync(() => decode(encoded), cancellationToken);
    }
}
