using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Mcp;

/// <summary><c>/mcp</c>: the studio as a server of the Model Context Protocol, for assistants and editors. API keys only.</summary>
internal static class McpServer
{
    public const string Path = "/mcp";

    public static void AddMcp(this IServiceCollection services)
    {
        services.AddSingleton<McpInputs>();
        services.AddSingleton<McpJobs>();
        services.AddSingleton<McpPictures>();

        // Options of this host's own: the library caches what it knows of functions for as long as their options live, with the host's services.
        var serializer = new JsonSerializerOptions(McpJsonUtilities.DefaultOptions);
        services.AddMcpServer(options => options.ServerInfo = new Implementation { Name = "promptcanvas", Title = "PromptCanvas", Version = typeof(McpServer).Assembly.GetName().Version!.ToString() })

            // Without sessions any process of the studio can answer any request.
            .WithHttpTransport(transport => transport.Stateless = true)
            .WithRequestFilters(filters => filters.AddCallToolFilter(GuardStores))
            .WithTools<McpTools>(serializer);
        services.AddSingleton(provider => McpServerResource.Create(
            typeof(McpResources).GetMethod(nameof(McpResources.PictureAsync))!,
            read => ActivatorUtilities.CreateInstance<McpResources>(read.Services!),
            new McpServerResourceCreateOptions { Services = provider, SerializerOptions = serializer }));
    }

    // The library would say only that an error occurred.
    private static McpRequestHandler<CallToolRequestParams, CallToolResult> GuardStores(McpRequestHandler<CallToolRequestParams, CallToolResult> next) => async (call, cancellationToken) =>
    {
        var stores = call.Services!.GetRequiredService<StoreFaults>();
        try
        {
            return await next(call, cancellationToken);
        }
        catch (Exception fault) when (stores.RefusalOf(fault) is { } refusal)
        {
            return McpTools.Refused(refusal);
        }
    };

    public static void MapMcpServer(this IEndpointRouteBuilder app) => app.MapMcp(Path).RequireAuthorization(Policies.Key).DisableAntiforgery();
}
