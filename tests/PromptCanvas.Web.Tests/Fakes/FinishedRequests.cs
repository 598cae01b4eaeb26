using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>The outermost middleware: counts completed requests to <c>/v1</c>, including those whose client has disconnected.</summary>
internal sealed class FinishedRequests : IStartupFilter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private int count;

    public void AddTo(IServiceCollection services) => services.AddSingleton<IStartupFilter>(this);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(CountAsync);
        next(app);
    };

    public async Task WaitForAsync(int requests)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while (Volatile.Read(ref count) < requests)
        {
            await Task.Delay(10, patience.Token);
        }
    }

    private async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        finally
        {
            if (context.Request.Path.StartsWithSegments("/v1"))
            {
                Interlocked.Increment(ref count);
            }
        }
    }
}
