using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Web.Hosting;

/// <summary>Setting <c>PathBase</c>: the path of the host below which the studio lives, such as <c>/studio</c>; for proxies that pass the path on as it is.
/// Proxies that remove it name it in <c>X-Forwarded-Prefix</c>.</summary>
internal static class SubPath
{
    private const string Setting = "PathBase";

    public static IApplicationBuilder UseSubPath(this IApplicationBuilder app, IConfiguration configuration)
    {
        var path = configuration[Setting] ?? "";
        if (path.Length == 0)
        {
            return app;
        }

        return path is ['/', not '/', ..] && !path.EndsWith('/') && Uri.TryCreate(path, UriKind.Relative, out _) && !path.AsSpan().ContainsAny("?#\\ ")
            ? app.UsePathBase(path)
            : throw new StartupException($"Setting {Setting}: {path} is not a path of the host. Give one such as /studio, without a slash at its end.");
    }
}
