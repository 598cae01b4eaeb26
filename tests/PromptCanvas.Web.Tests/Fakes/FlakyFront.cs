using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

using PromptCanvas.Web.Features.OpenAi;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>Simulates one network or server failure, on demand, for picture requests.</summary>
internal sealed class FlakyFront : IStartupFilter
{
    private int cuts;
    private int refusals;
    private int requests;

    /// <summary>Number of picture requests received.</summary>
    public int Requests => Volatile.Read(ref requests);

    /// <summary>Aborts the connection of the next request when its response starts.</summary>
    public void CutNext() => Volatile.Write(ref cuts, 1);

    /// <summary>Makes the next request arrive while the server is stopping.</summary>
    public void RefuseNext() => Volatile.Write(ref refusals, 1);

    public void AddTo(IServiceCollection services)
    {
        services.AddSingleton<IStartupFilter>(this);
        SubmissionsAround.Add(services, _ => submit => Interlocked.Exchange(ref refusals, 0) == 1 ? Task.FromResult<Result<Guid>>(OpenAiFaults.Stopping) : submit());
    }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, step) =>
        {
            if (HttpMethods.IsPost(context.Request.Method) && context.Request.Path.StartsWithSegments("/v1/images"))
            {
                Interlocked.Increment(ref requests);
                if (Interlocked.Exchange(ref cuts, 0) == 1)
                {
                    context.Response.OnStarting(async () =>
                    {
                        var heard = new TaskCompletionSource();
                        await using var cut = context.RequestAborted.Register(heard.SetResult);
                        context.Abort();
                        await heard.Task;
                    });
                }
            }

            return step(context);
        });
        next(app);
    };
}
