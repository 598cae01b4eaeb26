using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Cli.Output;
using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Generation;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Migrations;

namespace PromptCanvas.Cli.Upkeep;

/// <summary>The data folder and database of the studio, as its settings name them.</summary>
internal sealed class Installation : IDisposable
{
    private const string SettingsFile = "appsettings.json";
    private const string FallbackAddress = "http://localhost:5080";

    private readonly ServiceProvider services;

    private Installation(DataFolder folder, DatabaseChoice choice, IConfiguration settings)
    {
        Folder = folder;
        Choice = choice;
        Settings = settings;
        var collection = new ServiceCollection().AddLogging().AddSingleton(settings).AddAppDatabase(_ => choice);
        collection.AddPeople();
        collection.AddCredits(settings);
        services = collection.BuildServiceProvider();
    }

    public DataFolder Folder { get; }

    public DatabaseChoice Choice { get; }

    private IConfiguration Settings { get; }

    public IServiceProvider Services => services;

    /// <summary>Where people reach the studio: setting <c>PublicAddress</c>, else where it listens.</summary>
    public string Address
    {
        get
        {
            var address = Settings["PublicAddress"] ?? Settings["Urls"]?.Split(';')[0] ?? FallbackAddress;
            return address.TrimEnd('/').Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal).Replace("://*", "://localhost", StringComparison.Ordinal);
        }
    }

    public static Option<string?> Option() => new("--data") { Description = "The data folder; otherwise Data:Folder of the settings here.", HelpName = "FOLDER" };

    /// <exception cref="BadInputException">There is no studio's data there.</exception>
    public static Installation Open(string? folder)
    {
        var installation = Find(folder);
        var data = installation.Folder;
        if (Directory.Exists(data.Root) && (installation.Choice.Provider != DatabaseProvider.Sqlite || File.Exists(data.DatabaseFile)))
        {
            return installation;
        }

        installation.Dispose();
        throw new BadInputException($"There is no studio's data in {data.Root}: name the folder with --data, or start here the studio once.");
    }

    /// <summary>Opens the database, made or brought up to date if need be.</summary>
    public static async Task<Installation> OpenOrCreateAsync(CancellationToken cancellationToken)
    {
        var installation = Find(null);
        installation.Folder.Prepare();
        await using var database = installation.OpenDatabase();
        await database.UpgradeAsync(cancellationToken).ConfigureAwait(false);
        return installation;
    }

    /// <summary>The same installation's code on another SQLite file.</summary>
    public static Installation OfFile(DataFolder folder, string file) =>
        new(folder, new DatabaseChoice(DatabaseProvider.Sqlite, null, file), new ConfigurationBuilder().Build());

    public AppDbContext OpenDatabase() => services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();

    /// <exception cref="BadInputException">The database is a server's.</exception>
    public void RequireSqlite(string command)
    {
        if (Choice.Provider != DatabaseProvider.Sqlite)
        {
            throw new BadInputException(
                $"{command} is for SQLite: with PostgreSQL use pg_dump and pg_restore, and copy {Folder.Images} after the dump, so that every picture it names is there.");
        }
    }

    public void Dispose() => services.Dispose();

    private static Installation Find(string? folder)
    {
        var root = Root();
        var settings = new ConfigurationBuilder().AddJsonFile(Path.Combine(root, SettingsFile), optional: true).AddEnvironmentVariables().Build();

        // A folder that was named is relative to where the command was started; the setting's is not.
        var data = folder is null
            ? new DataFolder(root, settings[$"{DataOptions.Section}:Folder"] ?? new DataOptions().Folder)
            : new DataFolder(Environment.CurrentDirectory, folder);
        var provider = settings.GetValue($"{DatabaseOptions.Section}:Provider", DatabaseProvider.Sqlite);
        return new Installation(data, new DatabaseChoice(provider, ConnectionStringSetting.Read(settings), data.DatabaseFile), settings);
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
