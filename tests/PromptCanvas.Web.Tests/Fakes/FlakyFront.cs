using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

using PromptCanvas.Web.Features.OpenAi;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>A network and a server that fail once, when they are told to, at requests for pictures.</summary>
internal sealed class FlakyFront : IStartupFilter
{
    private int cuts;
    private int refusals;
    private int requests;

    /// <summary>How many requests for pictures came in.</summary>
    public int Requests => Volatile.Read(ref requests);

    /// <summary>Cuts the line of the next request in the moment in which its answer begins.</summary>
    public void CutNext() => Volatile.Write(ref cuts, 1);

    /// <summary>Lets the next request come at the moment in which the studio is stopped.</summary>
    public void RefuseNext() => Volatile.Write(ref refusals, 1);

    public void AddTo(IServiceCollection services)
    {
        services.AddSingleton<IStartupFilter>(this);
        SubmissionsAround.Add(services, _ => submit => Interlocked.Exchange(ref refusals, 0) == 1 ? throw new OpenAiException(OpenAiFaults.Stopping) : submit());
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
