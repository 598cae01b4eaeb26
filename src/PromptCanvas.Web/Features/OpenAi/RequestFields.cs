using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

using PromptCanvas.Data.Texts;
using PromptCanvas.Generation.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>A request's fields, from JSON or a form. In a form, numbers and booleans are text.</summary>
internal sealed class RequestFields
{
    private const int LargestJson = 1024 * 1024;

    // Two pictures of 4 MB in base64.
    private const int LargestJsonWithPictures = 12 * 1024 * 1024;

    // Longer values are truncated here and then refused by their length, as too large or too long.
    private const int LargestPicture = 20 * 1024 * 1024;
    private const int LargestText = 1024 * 1024;

    // Enough for the sixteen pictures that newer models accept plus every other field.
    private const int MostParts = 64;
    private const int LongestBoundary = 128;

    private const string Numeric = "a number";
    private const string Truth = "a boolean";

    private readonly Dictionary<string, Field> values = [];
    private Dictionary<string, List<byte[]>> pictures = [];

    /// <param name="withPictures">Whether the body may contain pictures as data URLs.</param>
    /// <exception cref="OpenAiException">The body is not a JSON object.</exception>
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

    /// <exception cref="OpenAiException">The body is not a multipart form.</exception>
    public static async Task<RequestFields> FromFormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            throw new OpenAiException(OpenAiFaults.Unreadable("Send the image as a part of a multipart form: the Content-Type must be multipart/form-data."));
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary);
        if (boundary.Length is 0 or > LongestBoundary)
        {
            throw UnreadableForm();
        }

        UnreadBody.CheckLength(request);
        var fields = new RequestFields();
        var reader = new MultipartReader(boundary.ToString(), UnreadBody.Limit(request.Body));
        try
        {
            for (var parts = 0; await reader.ReadNextSectionAsync(cancellationToken) is { } part; parts++)
            {
                if (parts == MostParts || part.GetContentDispositionHeader() is not { Name.Length: > 0 } disposition)
                {
                    throw UnreadableForm();
                }

                await fields.TakeAsync(NameOf(disposition), disposition.IsFileDisposition(), part.Body, cancellationToken);
            }

            return fields;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw UnreadableForm();
        }
    }

    /// <summary>Null when the field is absent or null.</summary>
    /// <exception cref="OpenAiException">The field is not a string.</exception>
    public string? Text(string name)
    {
        if (!values.TryGetValue(name, out var field))
        {
            return null;
        }

        return field.Kind is null ? field.Text : throw new OpenAiException(OpenAiFaults.WrongType(name, "a string", field.Kind));
    }

    /// <exception cref="OpenAiException">The field is not an integer, or is out of range.</exception>
    public int Number(string name, int absent, int minimum, int maximum)
    {
        if (Words(name, "an integer", Numeric) is not { Length: > 0 } text)
        {
            return absent;
        }

        // 1.0 and 1e0 are integers, too: some languages write every number so.
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || decimal.Truncate(number) != number || Math.Abs(number) > long.MaxValue)
        {
            throw new OpenAiException(OpenAiFaults.WrongType(name, "an integer", $"'{Shorten(text)}'"));
        }

        var value = (long)number;
        return value >= minimum && value <= maximum ? (int)value : throw new OpenAiException(OpenAiFaults.OutOfRange(name, value, minimum, maximum));
    }

    /// <exception cref="OpenAiException">The field is not a boolean.</exception>
    public bool Flag(string name) => Words(name, "a boolean", Truth) switch
    {
        null or "" => false,
        var text when bool.TryParse(text, out var value) => value,
        var text => throw new OpenAiException(OpenAiFaults.WrongType(name, "a boolean", $"'{Shorten(text)}'")),
    };

    /// <summary>One of several allowed values.</summary>
    /// <exception cref="OpenAiException">The value is not allowed.</exception>
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

    /// <summary>The bytes of the field's only picture, whatever its content type and file name; null when there is none.</summary>
    /// <exception cref="OpenAiException">There is more than one picture, or the field is not a file.</exception>
    public byte[]? Picture(string name) => Pictures(name, most: 1).FirstOrDefault();

    /// <summary>The bytes of the field's pictures.</summary>
    /// <exception cref="OpenAiException">There are too many pictures, or the field is not a file.</exception>
    public IReadOnlyList<byte[]> Pictures(string name, int most)
    {
        var given = pictures.GetValueOrDefault(name) ?? [];
        if (given.Count > most)
        {
            var message = most == 1 ? $"Send one {name}: this call takes no more." : $"Send at most {most} of '{name}', not {given.Count}.";
            throw new OpenAiException(new OpenAiFault(StatusCodes.Status400BadRequest, message, Param: name, Code: "array_above_max_length"));
        }

        if (given.Count == 0 && values.ContainsKey(name))
        {
            throw new OpenAiException(OpenAiFaults.WrongType(name, "a file", "text"));
        }

        return given;
    }

    // Forms have no numbers or booleans, so text is accepted there, and also from clients that send text in JSON.
    private string? Words(string name, string expected, string kind)
    {
        if (!values.TryGetValue(name, out var field))
        {
            return null;
        }

        return field.Kind is null || field.Kind == kind ? field.Text : throw new OpenAiException(OpenAiFaults.WrongType(name, expected, field.Kind));
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

    private static string Shorten(string text) => text.Length <= 40 ? text : $"{TextRules.Cut(text, 40)}…";

    private static OpenAiException Invalid(string name, int point) => new(OpenAiFaults.Of(new InvalidInput(name, TextChecks.Message(name, point))));

    private static OpenAiException UnreadableForm() => new(OpenAiFaults.Unreadable("The multipart form of your request could not be read."));

    // image, image[] and image[0] are the same field.
    private static string NameOf(ContentDispositionHeaderValue disposition)
    {
        var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
        var bracket = name.IndexOf('[', StringComparison.Ordinal);
        return bracket > 0 ? name[..bracket] : name;
    }

    private static async Task<byte[]> ReadPartAsync(Stream part, int most, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; content.Length < most && (read = await part.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            content.Write(buffer, 0, (int)Math.Min(read, most - content.Length));
        }

        return content.ToArray();
    }

    private void Take(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            values.Remove(name);
            return;
        }

        // Keep the type: a wrong type is reported only when the field is read.
        values[name] = value.ValueKind switch
        {
            JsonValueKind.String => JsonTexts.FirstInvalid(value) is { } point ? throw Invalid(name, point) : new Field(value.GetString()!, null),
            JsonValueKind.Number => new Field(value.GetRawText(), Numeric),
            JsonValueKind.True or JsonValueKind.False => new Field(value.GetRawText(), Truth),
            JsonValueKind.Array => new Field("", "an array"),
            _ => new Field("", "an object"),
        };
    }

    private async Task TakeAsync(string name, bool isFile, Stream part, CancellationToken cancellationToken)
    {
        if (name is not ("image" or "mask"))
        {
            var bytes = await ReadPartAsync(part, LargestText, cancellationToken);
            var text = Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw new OpenAiException(OpenAiFaults.Of(new InvalidInput(name, $"The field \"{name}\" is not UTF-8.")));
            values[name] = TextRules.FirstInvalid(text) is { } point ? throw Invalid(name, point) : new Field(text, null);
            return;
        }

        // Some clients send a picture without a file name. An empty field without a file name means that it is absent.
        var picture = await ReadPartAsync(part, LargestPicture, cancellationToken);
        if (picture.Length == 0 && !isFile)
        {
            return;
        }

        if (!pictures.TryGetValue(name, out var list))
        {
            pictures[name] = list = [];
        }

        list.Add(picture);
    }

    /// <param name="Kind">The JSON type; null for a string.</param>
    private readonly record struct Field(string Text, string? Kind);
}
