using PromptCanvas.Generation.Previews;
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
    public async Task<byte[]?> ReadAsync(Guid imageId, ImageRequest request, CancellationToken cancellationToken)
    {
        if (await store.OpenAsync(imageId, request.Format, request.Quality, request.Fit, cancellationToken) is not { } content)
        {
            return null;
        }

        await using var stream = content.Stream;
        var bytes = new byte[content.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    /// <summary>A preview in the requested format and shape.</summary>
    public async Task<byte[]> ConvertAsync(PreviewFrame frame, ImageRequest request, CancellationToken cancellationToken)
    {
        await converters.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => PictureConverter.Convert(frame.Bytes.ToArray(), request.Format, request.Quality, FitOf(frame, request)), cancellationToken);
        }
        finally
        {
            converters.Release();
        }
    }

    private static PictureFit? FitOf(PreviewFrame frame, ImageRequest request)
    {
        var shape = request.Size.WithLongerSide(Math.Max(frame.Width, frame.Height));
        return request.Size.IsSquare ? null : new PictureFit(shape.Width, shape.Height);
    }

    public void Dispose() => converters.Dispose();
}
