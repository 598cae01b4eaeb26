using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Finished pictures in the requested format.</summary>
internal sealed class PictureBytes(IPictureStore store) : IDisposable
{
    private const int ConvertersAtOnce = 2;

    private readonly SemaphoreSlim converters = new(ConvertersAtOnce, ConvertersAtOnce);

    /// <summary>Null when the picture does not exist.</summary>
    public async Task<byte[]?> ReadAsync(Guid imageId, PictureFormat format, int quality, CancellationToken cancellationToken)
    {
        if (await store.OpenAsync(imageId, format, quality, cancellationToken) is not { } content)
        {
            return null;
        }

        await using var stream = content.Stream;
        var bytes = new byte[content.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    public async Task<byte[]> ConvertAsync(byte[] encoded, PictureFormat format, int quality, CancellationToken cancellationToken)
    {
        await converters.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => PictureConverter.Convert(encoded, format, quality), cancellationToken);
        }
        finally
        {
            converters.Release();
        }
    }

    public void Dispose() => converters.Dispose();
}
