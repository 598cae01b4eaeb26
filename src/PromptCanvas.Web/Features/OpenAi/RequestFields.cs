using System.Globalization;
using System.Text.Json;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>A request's fields, whether they came as JSON or as a form: in a form numbers and truth are words.</summary>
internal sealed class RequestFields
{
    // A form of two pictures under 4 MB each, with room for what is refused in words rather than by size.
    private const long LargestBody = 25 * 1024 * 1024;
    private const int LargestJson = 1024 * 1024;

    // Two pictures of 4 MB in base64.
    private const int LargestJsonWithPictures = 12 * 1024 * 1024;

    private readonly Dictionary<string, string> values = [];
    private readonly Dictionary<string, List<IFormFile>> files = [];
    private Dictionary<string, List<byte[]>> pictures = [];

    /// <param name="withPictures">Whether pictures may be in it, as data addresses.</param>
    /// <exception cref="OpenAiException">It is no JSON object.</exception>
    public static async Task<RequestFields> FromJsonAsync(HttpRequest request, bool withPictures, CancellationToken cancellationToken)
    {
        var fields = new RequestFields();
        try
        {
            using var body = await ReadAsync(request, withPictures ? LargestJsonWithPictures : LargestJson, cancellationToken);
            using var document = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
            if (document.RootElement.ValueKind is not JsonValueKind.Object)
            {
                throw Unreadable();
            }

            foreach (var member in document.RootElement.EnumerateObject())
            {
                fields.Take(member.Name, member.Value);
            }

            fields.pictures = withPictures ? JsonPictures.Read(document.RootElement) : [];
            return fields;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw Unreadable();
        }
    }

    /// <exception cref="OpenAiException">It is no multipart form.</exception>
    public static async Task<RequestFields> FromFormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var type = request.ContentType ?? "";
        if (!type.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw new OpenAiException(OpenAiFaults.Unreadable("Send the image as a part of a multipart form: the Content-Type must be multipart/form-data."));
        }

        try
        {
            var form = await request.ReadFormAsync(new Microsoft.AspNetCore.Http.Features.FormOptions { MultipartBodyLengthLimit = LargestBody }, cancellationToken);
            var fields = new RequestFields();
            foreach (var (name, words) in form)
            {
                fields.values[name] = words.LastOrDefault() ?? "";
            }

            foreach (var file in form.Files)
            {
                fields.Take(file);
            }

            return fields;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new OpenAiException(OpenAiFaults.Unreadable("The multipart form of your request could not be read."));
        }
    }

    /// <summary>Null when the field is absent or null.</summary>
    public string? Text(string name) => values.GetValueOrDefault(name);

    /// <exception cref="OpenAiException">It is no whole number, or out of range.</exception>
    public int Number(string name, int absent, int minimum, int maximum)
    {
        if (Text(name) is not { Length: > 0 } text)
        {
            return absent;
        }

        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            throw new OpenAiException(OpenAiFaults.WrongType(name, "an integer", $"'{Shorten(text)}'"));
        }

        return value >= minimum && value <= maximum ? (int)value : throw new OpenAiException(OpenAiFaults.OutOfRange(name, value, minimum, maximum));
    }

    /// <exception cref="OpenAiException">It is neither true nor false.</exception>
    public bool Flag(string name) => Text(name) switch
    {
        null or "" => false,
        var text when bool.TryParse(text, out var value) => value,
        var text => throw new OpenAiException(OpenAiFaults.WrongType(name, "a boolean", $"'{Shorten(text)}'")),
    };

    /// <summary>A value among some.</summary>
    /// <exception cref="OpenAiException">It is another one.</exception>
    public string Choice(string name, string absent, params string[] supported)
    {
        if (Text(name) is not { Length: > 0 } value)
        {
            return absent;
        }

        var quoted = supported.Select(one => $"'{one}'").ToList();
        return supported.Contains(value)
            ? value
            : throw new OpenAiException(OpenAiFaults.WrongValue(
                name, Shorten(value), quoted.Count == 1 ? quoted[0] : $"{string.Join(", ", quoted.SkipLast(1))}{(quoted.Count > 2 ? "," : "")} and {quoted[^1]}"));
    }

    /// <summary>The bytes of the one file that a field holds, whatever it says of its type and name; null when there is none.</summary>
    /// <exception cref="OpenAiException">There are several.</exception>
    public async Task<byte[]?> FileAsync(string name, CancellationToken cancellationToken)
    {
        var found = files.GetValueOrDefault(name) ?? [];
        var given = pictures.GetValueOrDefault(name) ?? [];
        if (found.Count + given.Count > 1)
        {
            throw new OpenAiException(new OpenAiFault(StatusCodes.Status400BadRequest, $"Send one {name}: this model takes no more.", Param: name, Code: "array_above_max_length"));
        }

        if (given.Count == 1)
        {
            return given[0];
        }

        if (found.Count == 0)
        {
            return values.ContainsKey(name) ? throw new OpenAiException(OpenAiFaults.WrongType(name, "a file", "text")) : null;
        }

        var bytes = new byte[found[0].Length];
        await using var stream = found[0].OpenReadStream();
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    private static async Task<MemoryStream> ReadAsync(HttpRequest request, int largest, CancellationToken cancellationToken)
    {
        var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + read > largest)
            {
                throw new OpenAiException(new OpenAiFault(StatusCodes.Status413PayloadTooLarge, "The body of your request is too large.", Code: "request_too_large"));
            }

            body.Write(buffer, 0, read);
        }

        body.Position = 0;
        return body;
    }

    private static OpenAiException Unreadable() => new(OpenAiFaults.Unreadable(
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The API expects a JSON payload, but what was sent was not valid JSON.)"));

    private static string Shorten(string text) => text.Length <= 40 ? text : $"{text[..40]}…";

    private void Take(string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                values.Remove(name);
                break;
            case JsonValueKind.String:
                values[name] = value.GetString()!;
                break;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                values[name] = value.GetRawText();
                break;
            default:
                // Only fields that are read refuse it.
                values[name] = value.ValueKind is JsonValueKind.Array ? "an array" : "an object";
                break;
        }
    }

    // image, image[] and image[0] are one field.
    private void Take(IFormFile file)
    {
        var bracket = file.Name.IndexOf('[', StringComparison.Ordinal);
        var name = bracket > 0 ? file.Name[..bracket] : file.Name;
        if (!files.TryGetValue(name, out var list))
        {
            files[name] = list = [];
        }

        list.Add(file);
    }
}
