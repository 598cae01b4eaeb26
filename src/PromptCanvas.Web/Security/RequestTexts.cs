using System.Net;
using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Web.Security;

/// <summary>Refuses requests whose address or form contains invalid text. JSON bodies are checked while they are read, by <see cref="JsonTexts"/>.</summary>
internal static class RequestTexts
{
    // Compared or parsed as they are and never shown, so any character is allowed.
    private static readonly string[] Secrets = ["Password", "Credential", "Code", "Token"];

    public static IApplicationBuilder UseAddressCheck(this IApplicationBuilder app) => app.Use((context, next) =>
        (TextChecks.CheckSecret("address", context.Request.Path.Value) && CheckQuery(context.Request.QueryString.Value) && TypedQueries.Check(context)).Refusal is { } refusal && !IsRefusedAlready(context)
            ? throw new InvalidTextException(refusal)
            : next(context));

    /// <summary>Checks the forms of pages. API clients send pictures in forms, which their endpoints read part by part.</summary>
    public static IApplicationBuilder UseFormCheck(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (context.Request.HasFormContentType && !RequestClass.IsProgram(context) && !IsRefusedAlready(context)
            && (await CheckFormAsync(context.Request, context.RequestAborted)).Refusal is { } refusal)
        {
            throw new InvalidTextException(refusal);
        }

        await next(context);
    });

    // The error page runs with the refused address and form.
    private static bool IsRefusedAlready(HttpContext context) => context.Features.Get<IExceptionHandlerFeature>() is not null;

    private static Result CheckQuery(string? query)
    {
        foreach (var pair in new QueryStringEnumerable(query))
        {
            var name = Decode(pair.EncodedName);
            if (name is null || Decode(pair.EncodedValue) is not { } value)
            {
                return new InvalidInput(Excerpt.Of(name ?? "address"), "The address contains bytes that are not UTF-8.");
            }

            if ((TextChecks.Check("address", name) && Check(name, value)).Refusal is { } refusal)
            {
                return refusal;
            }
        }

        return Result.Done;
    }

    /// <returns>Null = the bytes are not UTF-8.</returns>
    private static string? Decode(ReadOnlyMemory<char> encoded)
    {
        var bytes = Encoding.UTF8.GetBytes(encoded.ToArray());
        var decoded = WebUtility.UrlDecodeToBytes(bytes, 0, bytes.Length);
        return Utf8.IsValid(decoded) ? Encoding.UTF8.GetString(decoded) : null;
    }

    private static async Task<Result> CheckFormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var form = await request.ReadFormAsync(cancellationToken);
            return form.Select(field => TextChecks.Check("form", field.Key) && field.Value.Select(value => Check(field.Key, value)).FirstOrDefault(check => check.Refusal is not null))
                .FirstOrDefault(check => check.Refusal is not null);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException and not BadHttpRequestException)
        {
            return new InvalidInput("form", "The form cannot be read: it is damaged, or one of its fields is too long.");
        }
    }

    // Form.Name is the field Name of a form.
    private static Result Check(string name, string? value)
    {
        var field = Excerpt.Of(name[(name.LastIndexOf('.') + 1)..]);
        return Array.Exists(Secrets, secret => field.EndsWith(secret, StringComparison.OrdinalIgnoreCase)) ? TextChecks.CheckSecret(field, value) : TextChecks.Check(field, value);
    }
}
