using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;

namespace PromptCanvas.Generation.Tests.Fakes;

/// <summary>The real database, failing a given number of times with an unexpected exception.</summary>
internal sealed class FaultyDatabases(IDbContextFactory<AppDbContext> databases) : IDbContextFactory<AppDbContext>
{
    private int failures;

    public static void Insert(IServiceCollection services)
    {
        var real = services.Last(service => service.ServiceType == typeof(IDbContextFactory<AppDbContext>)).ImplementationFactory!;
        services.AddSingleton(provider => new FaultyDatabases((IDbContextFactory<AppDbContext>)real(provider)));
        services.AddSingleton<IDbContextFactory<AppDbContext>>(provider => provider.GetRequiredService<FaultyDatabases>());
    }

    public void FailNext(int times = 1) => failures = times;

    public AppDbContext CreateDbContext() =>
        Interlocked.Decrement(ref failures) >= 0 ? throw new InvalidOperationException("unexpected") : databases.CreateDbContext();
}
