using System.Text.Json;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Web.Security;

/// <summary>Names the field of a JSON body that cannot be read, and the reason.</summary>
internal static class JsonFaults
{
    private const string Body = "body";

    // The type names in the serializer's messages.
    private static readonly (string Type, string Wanted)[] Types =
    [
        ("System.Int32", "a whole number"), ("System.UInt32", "a whole number that is not negative"), ("System.Int64", "a whole number"), ("System.Double", "a number"),
        ("System.Collections.Generic", "an array"), ("System.String", "a string"), ("System.Boolean", "true or false"), ("Body", "an object"),
    ];

    /// <summary>The message for a missing body.</summary>
    public static InvalidInput Missing { get; } = new(Body, "The body is empty, which is not valid JSON.");

    /// <summary>The field with the fault, or the body as a whole.</summary>
    public static string FieldOf(JsonException fault) => Excerpt.Of(fault.Path?.TrimStart('$', '.') is { Length: > 0 } path ? path : Body);

    public static InvalidInput Describe(JsonException fault)
    {
        // Only a fault of the JSON reader, which names no type, concerns the syntax of the body.
        if (fault.InnerException is JsonException)
        {
            return new InvalidInput(Body, $"The body is not valid JSON (line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}).");
        }

        var field = FieldOf(fault);
        if (fault.Message.Contains("could not be mapped", StringComparison.Ordinal))
        {
            return new InvalidInput(field, $"There is no field \"{field}\"; leave it out.");
        }

        var wanted = Array.Find(Types, type => fault.Message.Contains(type.Type, StringComparison.Ordinal)).Wanted;
        return new InvalidInput(field, wanted is null ? $"The field \"{field}\" has a value of the wrong type." : $"The field \"{field}\" must be {wanted}.");
    }
}
