using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.Extensions.Primitives;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Web.Security;

/// <summary>Refuses pages' query parameters that are not of their type: Blazor would throw while it renders the page.</summary>
internal static class TypedQueries
{
    private static readonly Dictionary<Type, Func<string, bool>> Parsers = new()
    {
        [typeof(Guid)] = text => Guid.TryParse(text, out _),
        [typeof(int)] = text => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _),
        [typeof(long)] = text => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out _),
        [typeof(double)] = text => double.TryParse(text, CultureInfo.InvariantCulture, out _),
        [typeof(bool)] = text => bool.TryParse(text, out _),
    };

    private static readonly ConcurrentDictionary<Type, IReadOnlyList<(string Name, Func<string, bool> Parses)>> Known = new();

    /// <summary>Checks that every parameter of the page is of its type.</summary>
    public static Result Check(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>()?.Type is not { } page)
        {
            return Result.Done;
        }

        foreach (var (name, parses) in Known.GetOrAdd(page, Read))
        {
            if (context.Request.Query.TryGetValue(name, out var values) && First(values) is { Length: > 0 } text && !parses(text))
            {
                return new InvalidInput(name, $"The value of \"{name}\" in the address cannot be read: {Excerpt.Of(text)}");
            }
        }

        return Result.Done;
    }

    private static string? First(StringValues values) => values.Count == 0 ? null : values[0];

    private static List<(string Name, Func<string, bool> Parses)> Read(Type page) =>
    [
        .. from property in page.GetProperties()
           let query = property.GetCustomAttribute<SupplyParameterFromQueryAttribute>()
           where query is not null
           let type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType
           where Parsers.ContainsKey(type)
           select (query.Name ?? property.Name, Parsers[type]),
    ];
}
