using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security.Texts;

/// <summary>All inputs for text from strangers, found by reflection.</summary>
internal static partial class TextInputs
{
    private static readonly Assembly Web = typeof(Program).Assembly;

    /// <summary>Routes with their HTTP method, except for pages.</summary>
    public static IEnumerable<EndpointInput> Endpoints(IServiceProvider services) =>
        from endpoint in services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        where endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is null && endpoint.Metadata.GetMetadata<HubMetadata>() is null
        let handler = endpoint.Metadata.GetMetadata<MethodInfo>()
        let declaringType = handler?.DeclaringType?.FullName
        where declaringType is not null && declaringType.StartsWith("PromptCanvas", StringComparison.Ordinal)
        let pattern = $"/{endpoint.RoutePattern.RawText?.TrimStart('/')}"
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        select new EndpointInput(
            method,
            pattern,
            [.. handler.GetParameters().Where(parameter => IsText(parameter.ParameterType) && !pattern.Contains($"{{{parameter.Name}", StringComparison.OrdinalIgnoreCase) && parameter.GetCustomAttribute<FromHeaderAttribute>() is null)
                .Select(parameter => parameter.Name!)],
            [.. handler.GetParameters().Select(parameter => parameter.GetCustomAttribute<FromHeaderAttribute>()?.Name).OfType<string>()],
            endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is { } body && body.Assembly == Web ? body : null);

    /// <summary>The pages' routes with their component.</summary>
    public static IEnumerable<(string Pattern, Type Component)> Pages(IServiceProvider services) =>
        from endpoint in services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let component = endpoint.Metadata.GetMetadata<ComponentTypeMetadata>()?.Type
        where component is not null
        select ($"/{endpoint.RoutePattern.RawText?.TrimStart('/')}", component);

    /// <summary>The text fields that forms are bound to.</summary>
    public static IReadOnlyList<FormField> FormFields() =>
    [
        .. from type in Web.GetTypes()
           from property in type.GetProperties()
           let form = property.GetCustomAttribute<SupplyParameterFromFormAttribute>()
           where form is not null
           from field in Fields(form.Name ?? property.Name, property.PropertyType)
           select new FormField(type, form.FormName, field),
    ];

    /// <summary>The query parameters of every page.</summary>
    public static IReadOnlyList<(Type Component, string Name)> QueryFields() =>
    [
        .. from type in Web.GetTypes()
           from property in type.GetProperties()
           let query = property.GetCustomAttribute<SupplyParameterFromQueryAttribute>()
           where query is not null
           select (type, query.Name ?? property.Name),
    ];

    /// <summary>Every method of every hub, the pages' own included.</summary>
    public static IReadOnlyList<MethodInfo> HubMethods(IServiceProvider services) =>
    [
        .. services.GetRequiredService<EndpointDataSource>().Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<HubMetadata>()?.HubType).OfType<Type>().Distinct()
            .SelectMany(hub => hub.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => !method.IsVirtual && !method.IsSpecialName),
    ];

    /// <summary>The fields that the OpenAI-compatible requests read; they are read by name, so the source is the only list.</summary>
    public static IReadOnlyList<string> OpenAiFields() =>
    [
        .. OpenAiField().Matches(File.ReadAllText(Path.Combine(Studio.RepoRoot, "src", "PromptCanvas.Web", "Features", "OpenAi", "ImageRequests.cs")))
            .Select(match => match.Groups[1].Value).Distinct(),
    ];

    /// <summary>JSON bodies with the text in one field each, and once as the name of a field.</summary>
    public static IEnumerable<string> Bodies(Type body, string text) =>
        [.. Members(body, NastyTexts.Json(text)).Select(member => $"{{{member}}}"), $"{{{NastyTexts.Json(text)}:1}}"];

    private static IEnumerable<string> Members(Type type, string text)
    {
        foreach (var property in type.GetProperties().Where(property => property.CanWrite && property.GetCustomAttribute<System.Text.Json.Serialization.JsonExtensionDataAttribute>() is null))
        {
            var name = $"\"{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}\"";
            var inner = property.PropertyType.IsGenericType ? property.PropertyType.GetGenericArguments()[0] : property.PropertyType;
            if (inner.Assembly != Web)
            {
                yield return $"{name}:{text}";
                continue;
            }

            var isList = property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() != typeof(Nullable<>);
            foreach (var member in Members(inner, text))
            {
                yield return isList ? $"{name}:[{{{member}}}]" : $"{name}:{{{member}}}";
            }
        }
    }

    private static IEnumerable<string> Fields(string name, Type type) =>
        type.Assembly != Web
            ? [name]
            : type.GetProperties().SelectMany(property => Fields($"{name}.{property.Name}", property.PropertyType));

    // Every value comes as text: a number that is none is as nasty as a name.
    private static bool IsText(Type type) => type == typeof(string) || Nullable.GetUnderlyingType(type) is not null;

    [GeneratedRegex("""(?:fields\.\w+|Missing)\("(\w+)""")]
    private static partial Regex OpenAiField();
}

/// <summary>An endpoint and its text inputs.</summary>
/// <param name="Queries">Query parameters.</param>
/// <param name="Headers">Headers bound to a parameter.</param>
/// <param name="Body">The type of its JSON body; null = none.</param>
internal sealed record EndpointInput(string Method, string Pattern, IReadOnlyList<string> Queries, IReadOnlyList<string> Headers, Type? Body);

/// <summary>A bound form field.</summary>
/// <param name="Form">The form's name; null = any form of the page.</param>
internal sealed record FormField(Type Component, string? Form, string Name);
