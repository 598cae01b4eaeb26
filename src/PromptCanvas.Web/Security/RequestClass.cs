namespace PromptCanvas.Web.Security;

/// <summary>Distinguishes API clients from browsers by the request path: API clients authenticate with keys and get problem details, browsers get pages.</summary>
internal static class RequestClass
{
    private static readonly PathString[] Programs = ["/api", "/v1", "/mcp", "/hubs", "/_blazor", "/health", "/openapi", "/metrics"];

    private static readonly PathString[] ProgramsOnly = ["/v1", "/mcp", "/health", "/openapi", "/metrics"];

    private static readonly PathString[] KeyAreas = ["/api", "/v1", "/mcp", "/hubs", "/metrics"];

    /// <summary>Path of the OpenAI-compatible API: API keys only, errors in OpenAI's format.</summary>
    public static bool IsOpenAi(HttpContext context) => context.Request.Path.StartsWithSegments("/v1");

    public static bool IsProgram(HttpContext context) => Array.Exists(Programs, area => context.Request.Path.StartsWithSegments(area));

    /// <summary>Paths that no script of a page calls.</summary>
    public static bool IsForProgramsOnly(HttpContext context) => Array.Exists(ProgramsOnly, area => context.Request.Path.StartsWithSegments(area));

    /// <summary>Whether API keys are accepted for this path.</summary>
    public static bool TakesKeys(HttpContext context) => Array.Exists(KeyAreas, area => context.Request.Path.StartsWithSegments(area));
}
