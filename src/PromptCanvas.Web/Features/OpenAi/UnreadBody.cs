using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Limits request bodies, and discards the rest of one that is refused: most clients read the answer only after they have sent everything, and a
/// response is lost if the connection closes earlier.</summary>
internal static class UnreadBody
{
    /// <summary>The largest body in bytes that is read.</summary>
    public const long Largest = 25_000_000;

    /// <summary>The largest body in bytes that still gets a response; with a larger one the server closes the connection.</summary>
    public const long LargestAnswered = Largest + MostDiscarded;

    private const long MostDiscarded = 64 * 1024 * 1024;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>Refuses a body whose declared length is too large, before any of it is read.</summary>
    /// <exception cref="BadHttpRequestException">It is too large.</exception>
    public static void CheckLength(HttpRequest request)
    {
        if (request.ContentLength > Largest)
        {
            throw TooLarge();
        }
    }

    /// <summary>A body that cannot be read beyond <see cref="Largest"/>.</summary>
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
            // The client has disconnected or is too slow; the response is sent anyway.
        }
    }

    private static BadHttpRequestException TooLarge() => new("The body is too large.", StatusCodes.Status413PayloadTooLarge);

    private sealed class Limited(Stream body) : BodyStream(body)
    {
        private long taken;

        protected override int Count(int read) => (taken += read) <= Largest
            ? read
            : throw TooLarge();
    }
}
