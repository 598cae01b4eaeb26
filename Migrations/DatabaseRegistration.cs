using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;

namespace PromptCanvas.Migrations;

public static class DatabaseRegistration
{
    /// <summary>Registers <c>IDbContextFactory&lt;AppDbContext&gt;</c> for the chosen database.</summary>
    /// <param name="connectionString">Null for SQLite in <paramref name="sqliteFile"/>.</param>
    /// <exception cref="ArgumentException">PostgreSQL without a connection string.</exception>
    public static IServiceCollection AddAppDatabase(
        this IServiceCollection services, DatabaseProvider provider, string? connectionString, string sqliteFile)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (provider == DatabaseProvider.Sqlite)
        {
            services.AddDbContextFactory<SqliteAppDbContext>(options => options.UseAppSqlite(sqliteFile));
            return services.AddSingleton<IDbContextFactory<AppDbContext>, DerivedFactory<SqliteAppDbContext>>();
        }

        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        services.AddDbContextFactory<PostgreSqlAppDbContext>(options => options.UseNpgsql(connectionString));
        return services.AddSingleton<IDbContextFactory<AppDbContext>, DerivedFactory<PostgreSqlAppDbContext>>();
    }

    internal static DbContextOptionsBuilder UseAppSqlite(this DbContextOptionsBuilder options, string file)
    {
        var connection = new DbConnectionStringBuilder { ["Data Source"] = file };
        return options.UseSqlite(connection.ConnectionString).AddInterceptors(new SqlitePragmas());
    }

    /// <summary>A factory of the derived context is not one of its base, so handlers get this.</summary>
    private sealed class DerivedFactory<TContext>(IDbContextFactory<TContext> derived) : IDbContextFactory<AppDbContext>
        where TContext : AppDbContext
    {
        public AppDbContext CreateDbContext() => derived.CreateDbContext();

        public async Task<AppDbContext> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
            await derived.CreateDbContextAsync(cancellationToken);
    }
}
