using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>Wraps each submission to the queue.</summary>
internal sealed class SubmissionsAround(ISubmissions inner, Func<Func<Task<Result<Guid>>>, Task<Result<Guid>>> around) : ISubmissions
{
    public static void Add(IServiceCollection services, Func<IServiceProvider, Func<Func<Task<Result<Guid>>>, Task<Result<Guid>>>> around)
    {
        var inner = services.Single(service => service.ServiceType == typeof(ISubmissions));
        services.Remove(inner);
        services.AddSingleton<ISubmissions>(provider => new SubmissionsAround(
            (ISubmissions)ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!), around(provider)));
    }

    public Task<Result<Guid>> SubmitAsync(NewJob job, CancellationToken cancellationToken) => around(() => inner.SubmitAsync(job, cancellationToken));
}
