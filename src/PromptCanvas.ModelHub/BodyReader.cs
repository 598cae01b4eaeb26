using System.Buffers;

namespace PromptCanvas.ModelHub;

/// <summary>Reads response bodies; a silent server or a cut line is a fault that may pass.</summary>
internal static class BodyReader
{
    private const int BufferBytes = 128 << 10;

    /// <summary>Reads a body whole.</summary>
    /// <param name="most">The largest body accepted, in bytes.</param>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, int most, string what, HubSettings settings, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await CopyAsync(
            response,
            settings,
            piece =>
            {
                body.Write(piece.Span);
                return body.Length <= most
                    ? ValueTask.FromResult(true)
                    : throw new ModelHubException($"{what} has more than {most >> 20} MB. Check Models:Hub.");
            },
            cancellationToken).ConfigureAwait(false);
        return body.ToArray();
    }

    /// <summary>Hands over a body in pieces.</summary>
    /// <param name="take">Takes a piece; false = no more is wanted.</param>
    /// <exception cref="PassingFaultException">The line was cut, or the server was silent.</exception>
    public static async Task CopyAsync(HttpResponseMessage response, HubSettings settings, Func<ReadOnlyMemory<byte>, ValueTask<bool>> take, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = body.ConfigureAwait(false);
            while (await ReadOnceAsync(body, buffer, settings, cancellationToken).ConfigureAwait(false) is > 0 and var read
                && await take(buffer.AsMemory(0, read)).ConfigureAwait(false))
            {
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<int> ReadOnceAsync(Stream body, byte[] buffer, HubSettings settings, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(settings.Patience);
        try
        {
            return await body.ReadAsync(buffer, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PassingFaultException($"the hub was silent for {settings.Patience.TotalSeconds:0} seconds.", inner: fault);
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            throw new PassingFaultException("the line was cut.", inner: fault);
        }
    }
}
