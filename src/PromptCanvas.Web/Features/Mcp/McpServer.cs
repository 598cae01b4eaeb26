using ModelContextProtocol.Protocol;
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
        services.AddMcpServer(options => options.ServerInfo = new Implementation { Name = "promptcanvas", Title = "PromptCanvas", Version = typeof(McpServer).Assembly.GetName().Version!.ToString() })

            // Without sessions any process of the studio can answer any request.
            .WithHttpTransport(transport => transport.Stateless = true)
            .WithTools<McpTools>()
            .WithResources<McpResources>();
    }

    public static void MapMcpServer(this IEndpointRouteBuilder app) => app.MapMcp(Path).RequireAuthorization(Policies.Key).DisableAntiforgery();
}
