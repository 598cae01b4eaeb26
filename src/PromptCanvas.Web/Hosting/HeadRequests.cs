namespace PromptCanvas.Web.Hosting;

/// <summary>Answers HEAD as GET, without the body: link checkers, monitors and chat programs that show previews send it first.</summary>
internal static class HeadRequests
{
    // The headers of live connections and waiting requests are of no use.
    private static readonly PathString[] Excepted = ["/_blazor", "/hubs"];

    public static IApplicationBuilder UseHeadRequests(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (!HttpMethods.IsHead(context.Request.Method) || Array.Exists(Excepted, area => context.Request.Path.StartsWithSegments(area)))
        {
            await next(context);
            return;
        }

        var body = context.Response.Body;
        context.Request.Method = HttpMethods.Get;
        context.Response.Body = Stream.Null;
        try
        {
            await next(context);
        }
        finally
        {
            (context.Request.Method, context.Response.Body) = (HttpMethods.Head, body);
        }
    });
}
