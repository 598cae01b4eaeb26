namespace PromptCanvas.Web.Security;

/// <summary>Tells programs from people by the address: programs get problem details and come with a key, people get pages.</summary>
internal static class RequestClass
{
    private static readonly PathString[] Programs = ["/api", "/v1", "/hubs", "/_blazor", "/health", "/openapi", "/metrics"];

    private static readonly PathString[] KeyAreas = ["/api", "/v1", "/hubs", "/metrics"];

    /// <summary>Where programs written for OpenAI's server come in: with keys only, and with errors as they know them.</summary>
    public static bool IsOpenAi(HttpContext context) => context.Request.Path.StartsWithSegments("/v1");

    public static bool IsProgram(HttpContext context) => Array.Exists(Programs, area => context.Request.Path.StartsWithSegments(area));

    /// <summary>Where an API key opens anything.</summary>
    public static bool TakesKeys(HttpContext context) => Array.Exists(KeyAreas, area => context.Request.Path.StartsWithSegments(area));
}
