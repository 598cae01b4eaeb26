namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Reads bodies into memory, up to a limit.</summary>
internal static class BodyReader
{
    /// <returns>The body, or a refusal if it is larger than the limit.</returns>
    public static async Task<Result<MemoryStream>> ReadAsync(HttpRequest request, int largest, CancellationToken cancellationToken)
    {
        var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + read > largest)
            {
                return new OpenAiFault(StatusCodes.Status413PayloadTooLarge, "The body of your request is too large.", Code: "request_too_large");
            }

            body.Write(buffer, 0, read);
        }

        body.Position = 0;
        return body;
    }

    /// <summary>Reads a part of a form and truncates it at the limit.</summary>
    public static async Task<byte[]> ReadPartAsync(Stream part, int most, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; content.Length < most && (read = await part.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            content.Write(buffer, 0, (int)Math.Min(read, most - content.Length));
        }

        return content.ToArray();
    }
}
