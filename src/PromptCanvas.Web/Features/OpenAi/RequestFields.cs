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

/// <summary>A request's fields, from JSON or a form. In a form, numbers and booleans are text.
/// A refused field reads as absent; <see cref="Refusal"/> is the first refusal.</summary>
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

    /// <summary>Why the first invalid field was refused; null while all fields that were read are valid.</summary>
    public Refusal? Refusal { get; private set; }

    /// <param name="withPictures">Whether the body may contain pictures as data URLs.</param>
    public static async Task<Result<RequestFields>> FromJsonAsync(HttpRequest request, bool withPictures, CancellationToken cancellationToken)
    {
        var fields = new RequestFields();
        try
        {
            if (!(await BodyReader.ReadAsync(request, withPictures ? LargestJsonWithPictures : LargestJson, cancellationToken)).TryGet(out var body, out var tooLarge))
            {
                return tooLarge;
            }

            using var content = body;
            using var document = await JsonDocument.ParseAsync(content, cancellationToken: cancellationToken);
            if (document.RootElement.ValueKind is not JsonValueKind.Object)
            {
                return Unreadable();
            }

            foreach (var member in document.RootElement.EnumerateObject())
            {
                fields.Take(member.Name, member.Value);
                if (fields.Refusal is { } invalid)
                {
                    return invalid;
                }
            }

            if (withPictures)
            {
                if (!JsonPictures.Read(document.RootElement).TryGet(out var pictures, out var refusal))
                {
                    return refusal;
                }

                fields.pictures = pictures;
            }

            return fields;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return Unreadable();
        }
    }

    public static async Task<Result<RequestFields>> FromFormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return OpenAiFaults.Unreadable("Send the image as a part of a multipart form: the Content-Type must be multipart/form-data.");
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary);
        if (boundary.Length is 0 or > LongestBoundary)
        {
            return UnreadableForm();
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
                    return UnreadableForm();
                }

                await fields.TakeAsync(NameOf(disposition), disposition.IsFileDisposition(), part.Body, cancellationToken);
                if (fields.Refusal is { } invalid)
                {
                    return invalid;
                }
            }

            return fields;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException and not BadHttpRequestException)
        {
            return UnreadableForm();
        }
    }

    /// <summary>A string; null when the field is absent or null.</summary>
    public string? Text(string name)
    {
        if (!values.TryGetValue(name, out var field))
        {
            return null;
        }

        return field.Kind is null ? field.Text : Refuse<string?>(OpenAiFaults.WrongType(name, "a string", field.Kind), null);
    }

    /// <summary>An integer within a range.</summary>
    public int Number(string name, int absent, int minimum, int maximum)
    {
        if (Words(name, "an integer", Numeric) is not { Length: > 0 } text)
        {
            return absent;
        }

        // 1.0 and 1e0 are integers, too: some languages write every number so.
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || decimal.Truncate(number) != number || Math.Abs(number) > long.MaxValue)
        {
            return Refuse(OpenAiFaults.WrongType(name, "an integer", $"'{Shorten(text)}'"), absent);
        }

        var value = (long)number;
        return value >= minimum && value <= maximum ? (int)value : Refuse(OpenAiFaults.OutOfRange(name, value, minimum, maximum), absent);
    }

    /// <summary>A number; null when the field is absent or empty.</summary>
    public double? Fraction(string name)
    {
        if (Words(name, "a number", Numeric) is not { Length: > 0 } text)
        {
            return null;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : Refuse<double?>(OpenAiFaults.WrongType(name, "a number", $"'{Shorten(text)}'"), null);
    }

    /// <summary>A boolean.</summary>
    public bool Flag(string name) => Words(name, "a boolean", Truth) switch
    {
        null or "" => false,
        var text when bool.TryParse(text, out var value) => value,
        var text => Refuse(OpenAiFaults.WrongType(name, "a boolean", $"'{Shorten(text)}'"), false),
    };

    /// <summary>One of several allowed values.</summary>
    public string Choice(string name, string absent, params string[] supported)
    {
        if (Text(name) is not { Length: > 0 } value)
        {
            return absent;
        }

        var quoted = supported.Select(one => $"'{one}'").ToList();
        return supported.Contains(value)
            ? value
            : Refuse(
                OpenAiFaults.WrongValue(
                    name, Shorten(value), quoted.Count == 1 ? quoted[0] : $"{string.Join(", ", quoted.SkipLast(1))}{(quoted.Count > 2 ? "," : "")} and {quoted[^1]}"),
                absent);
    }

    /// <summary>The bytes of the field's only picture, regardless of its content type and file name; null when there is none.</summary>
    public byte[]? Picture(string name) => Pictures(name, most: 1) is [var picture] ? picture : null;

    /// <summary>The bytes of the field's pictures.</summary>
    public IReadOnlyList<byte[]> Pictures(string name, int most)
    {
        var given = pictures.GetValueOrDefault(name) ?? [];
        if (given.Count > most)
        {
            var message = most == 1 ? $"Send one {name}: this call takes no more." : $"Send at most {most} of '{name}', not {given.Count}.";
            return Refuse<byte[][]>(new OpenAiFault(StatusCodes.Status400BadRequest, message, Param: name, Code: "array_above_max_length"), []);
        }

        if (given.Count == 0 && values.ContainsKey(name))
        {
            return Refuse<byte[][]>(OpenAiFaults.WrongType(name, "a file", "text"), []);
        }

        return given;
    }

    /// <summary>Records why a field is refused; the first refusal stays.</summary>
    /// <returns>The value for an absent field.</returns>
    public T Refuse<T>(Refusal refusal, T absent)
    {
        Refusal ??= refusal;
        return absent;
    }

    // Forms have no numbers or booleans, so text is accepted there, and also from clients that send text in JSON.
    private string? Words(string name, string expected, string kind)
    {
        if (!values.TryGetValue(name, out var field))
        {
            return null;
        }

        return field.Kind is null || field.Kind == kind ? field.Text : Refuse<string?>(OpenAiFaults.WrongType(name, expected, field.Kind), null);
    }

    private static OpenAiFault Unreadable() => OpenAiFaults.Unreadable(
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The API expects a JSON payload, but what was sent was not valid JSON.)");

    private static string Shorten(string text) => text.Length <= 40 ? text : $"{TextRules.Cut(text, 40)}…";

    private static InvalidInput Invalid(string name, int point) => new(name, TextChecks.Message(name, point));

    private static OpenAiFault UnreadableForm() => OpenAiFaults.Unreadable("The multipart form of your request could not be read.");

    // image, image[] and image[0] are the same field.
    private static string NameOf(ContentDispositionHeaderValue disposition)
    {
        var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
        var bracket = name.IndexOf('[', StringComparison.Ordinal);
        return bracket > 0 ? name[..bracket] : name;
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
            JsonValueKind.String => JsonTexts.FirstInvalid(value) is { } point ? Refuse(Invalid(name, point), default(Field)) : new Field(value.GetString()!, null),
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
            var bytes = await BodyReader.ReadPartAsync(part, LargestText, cancellationToken);
            var text = Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Refuse(new InvalidInput(name, $"The field \"{name}\" is not UTF-8."), "");
            values[name] = TextRules.FirstInvalid(text) is { } point ? Refuse(Invalid(name, point), default(Field)) : new Field(text, null);
            return;
        }

        // Some clients send a picture without a file name. An empty field without a file name means that it is absent.
        var picture = await BodyReader.ReadPartAsync(part, LargestPicture, cancellationToken);
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
