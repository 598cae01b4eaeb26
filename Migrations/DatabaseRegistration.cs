using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data;

namespace PromptCanvas.Migrations;

public static class DatabaseRegistration
{
    /// <summary>Registers <c>IDbContextFactory&lt;AppDbContext&gt;</c> for the chosen database.</summary>
    /// <param name="choose">Called when the first context is created, so that late configuration counts.</param>
    public static IServiceCollection AddAppDatabase(this IServiceCollection services, Func<IServiceProvider, DatabaseChoice> choose)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(choose);
        services.AddSingleton(choose);
        services.AddSingleton<IDatabaseFaults, DatabaseFaults>();
        services.AddSingleton<IDatabaseNews, DatabaseNews>();
        services.AddDbContextFactory<SqliteAppDbContext>((provider, options) =>
            options.UseAppSqlite(provider.GetRequiredService<DatabaseChoice>().SqliteFile).ConfigureWarnings(LeaveFaultsToCallers));
        services.AddDbContextFactory<PostgreSqlAppDbContext>((provider, options) =>
            options.UseNpgsql(provider.GetRequiredService<DatabaseChoice>().ConnectionString).ConfigureWarnings(LeaveFaultsToCallers));
        return services.AddSingleton<IDbContextFactory<AppDbContext>>(provider =>
            provider.GetRequiredService<DatabaseChoice>().Provider == DatabaseProvider.Sqlite
                ? new DerivedFactory<SqliteAppDbContext>(provider.GetRequiredService<IDbContextFactory<SqliteAppDbContext>>())
                : new DerivedFactory<PostgreSqlAppDbContext>(provider.GetRequiredService<IDbContextFactory<PostgreSqlAppDbContext>>()));
    }

    // These are thrown as well, and logged by the code that catches them, which knows whether they are more than an outage or a conflict that is retried.
    private static void LeaveFaultsToCallers(WarningsConfigurationBuilder warnings) => warnings.Log(
        (RelationalEventId.ConnectionError, LogLevel.Debug), (RelationalEventId.TransactionError, LogLevel.Debug), (RelationalEventId.CommandError, LogLevel.Debug),
        (CoreEventId.QueryIterationFailed, LogLevel.Debug), (CoreEventId.SaveChangesFailed, LogLevel.Debug), (CoreEventId.OptimisticConcurrencyException, LogLevel.Debug));

    internal static DbContextOptionsBuilder UseAppSqlite(this DbContextOptionsBuilder options, string file)
    {
        // The driver retries a busy database for this many seconds.
        var connection = new DbConnectionStringBuilder { ["Data Source"] = file, ["Default Timeout"] = 10 };
        return options.UseSqlite(connection.ConnectionString).AddInterceptors(new SqlitePragmas());
    }

    /// <summary>Adapts the factory: a factory of the derived context is not a factory of the base context that handlers use.</summary>
    private sealed class DerivedFactory<TContext>(IDbContextFactory<TContext> derived) : IDbContextFactory<AppDbContext>
        where TContext : AppDbContext
    {
        public AppDbContext CreateDbContext() => derived.CreateDbContext();

        public async Task<AppDbContext> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
            await derived.CreateDbContextAsync(cancellationToken);
    }
}
