using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;

namespace PromptCanvas.Generation.Tests.Fakes;

/// <summary>The real database, which a test can make unreachable.</summary>
internal sealed class AwayDatabases(IDbContextFactory<AppDbContext> databases) : IDbContextFactory<AppDbContext>
{
    public bool Away { get; set; }

    public static void Insert(IServiceCollection services)
    {
        var real = services.Last(service => service.ServiceType == typeof(IDbContextFactory<AppDbContext>)).ImplementationFactory!;
        services.AddSingleton(provider => new AwayDatabases((IDbContextFactory<AppDbContext>)real(provider)));
        services.AddSingleton<IDbContextFactory<AppDbContext>>(provider => provider.GetRequiredService<AwayDatabases>());
    }

    public AppDbContext CreateDbContext() => Away ? throw new IOException("The network is unreachable.") : databases.CreateDbContext();
}
