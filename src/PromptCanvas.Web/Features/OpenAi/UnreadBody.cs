namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Limits request bodies, and discards the rest of one that is refused: most clients read the answer only after they have sent everything, and a
/// connection that closes before loses it.</summary>
internal static class UnreadBody
{
    /// <summary>The largest body in bytes that is read.</summary>
    public const long Largest = 25_000_000;

    /// <summary>The largest body in bytes that still gets an answer; the server cuts the connection of a larger one.</summary>
    public const long LargestAnswered = Largest + MostDiscarded;

    private const long MostDiscarded = 64 * 1024 * 1024;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>A body that refuses to be read beyond <see cref="Largest"/>.</summary>
    public static Stream Limit(Stream body) => new Limited(body);

    /// <summary>Reads the rest of the body, for a limited time, and discards it.</summary>
    public static async Task DiscardAsync(HttpContext context, TimeProvider clock)
    {
        using var patience = new CancellationTokenSource(LongestWait, clock);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, context.RequestAborted);
        try
        {
            var buffer = new byte[16 * 1024];
            long read = 0;
            for (int taken; read <= LargestAnswered && (taken = await context.Request.Body.ReadAsync(buffer, ending.Token)) > 0;)
            {
                read += taken;
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // The client left, or is too slow; the answer is sent all the same.
        }
    }

    private sealed class Limited(Stream body) : Stream
    {
        private long taken;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await body.ReadAsync(buffer, cancellationToken));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => Count(body.Read(buffer, offset, count));

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int Count(int read) => (taken += read) <= Largest
            ? read
            : throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge);
    }
}
