using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Cli.Output;
using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Migrations;

namespace PromptCanvas.Cli.Commands;

/// <summary>The studio's data as the command line reaches it: the same settings, the same database, beside a running studio or without one.</summary>
internal static class StudioDatabase
{
    private const string SettingsFile = "appsettings.json";
    private const string FallbackAddress = "http://localhost:5080";

    /// <summary>Opens the database, made or brought up to date if need be.</summary>
    /// <exception cref="BadInputException">There is no installation where the command was started.</exception>
    public static async Task<ServiceProvider> OpenAsync(CancellationToken cancellationToken)
    {
        var root = Root();
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(root, SettingsFile), optional: true)
            .AddEnvironmentVariables()
            .Build();
        var folder = new DataFolder(root, configuration["Data:Folder"] ?? "data");
        folder.Prepare();
        var choice = new DatabaseChoice(
            configuration.GetValue(DatabaseOptions.Section + ":Provider", DatabaseProvider.Sqlite),
            configuration.GetConnectionString(DatabaseOptions.ConnectionStringName),
            folder.DatabaseFile);
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration).AddAppDatabase(_ => choice);
        services.AddPeople();
        var provider = services.BuildServiceProvider();
        await using var database = await provider.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
        await database.Database.MigrateAsync(cancellationToken).ConfigureAwait(false);
        return provider;
    }

    /// <summary>Where people reach the studio: setting <c>PublicAddress</c>, else where it listens.</summary>
    public static string AddressOf(IConfiguration configuration)
    {
        var address = configuration["PublicAddress"] ?? configuration["Urls"]?.Split(';')[0] ?? FallbackAddress;
        return address.TrimEnd('/').Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal).Replace("://*", "://localhost", StringComparison.Ordinal);
    }

    // The settings' folder, here or above; a published studio has them beside the program.
    private static string Root()
    {
        foreach (var start in new[] { Environment.CurrentDirectory, AppContext.BaseDirectory })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, SettingsFile)))
                {
                    return folder.FullName;
                }
            }
        }

        return Environment.CurrentDirectory;
    }
}
