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
    public async Task<byte[]?> ReadAsync(Guid imageId, ImageRequest request, PictureFit? fit, CancellationToken cancellationToken)
    {
        if (await store.OpenAsync(imageId, request.Format, request.Quality, fit, cancellationToken) is not { } content)
        {
            return null;
        }

        await using var stream = content.Stream;
        var bytes = new byte[content.Length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    /// <summary>A preview in the requested format and shape.</summary>
    /// <param name="fit">How the finished picture will be fitted.</param>
    public async Task<byte[]> ConvertAsync(PreviewFrame frame, ImageRequest request, PictureFit? fit, CancellationToken cancellationToken)
    {
        await converters.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => PictureConverter.Convert(frame.Bytes.ToArray(), request.Format, request.Quality, FitOf(frame, fit)), cancellationToken);
        }
        finally
        {
            converters.Release();
        }
    }

    private static PictureFit? FitOf(PreviewFrame frame, PictureFit? fit)
    {
        if (fit is not { } whole)
        {
            return null;
        }

        var shape = new NamedSize(whole.Width, whole.Height).WithLongerSide(Math.Max(frame.Width, frame.Height));
        return whole with { Width = shape.Width, Height = shape.Height };
    }

    public void Dispose() => converters.Dispose();
}
