using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cluster.Storage;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Generation;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Migrations;

namespace PromptCanvas.Cli.Maintenance;

/// <summary>The data folder and database named by the studio's settings.</summary>
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

    /// <summary>The studio's public address: the setting <c>PublicAddress</c>, else its listening address.</summary>
    public string Address
    {
        get
        {
            var address = Settings["PublicAddress"] ?? Settings["Urls"]?.Split(';')[0] ?? FallbackAddress;
            return address.TrimEnd('/').Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal).Replace("://*", "://localhost", StringComparison.Ordinal);
        }
    }

    /// <summary>Whether the studio's pictures are in a bucket.</summary>
    public bool UsesBucket => Section<StorageOptions>(Settings, StorageOptions.Section).Provider == StorageProvider.S3;

    /// <summary>The bucket of the settings, whether the studio uses it already or not.</summary>
    /// <exception cref="BadInputException">The settings name none, or no keys for it.</exception>
    public IObjectStore OpenBucket()
    {
        try
        {
            return S3Settings.Open(Section<S3Options>(Settings, S3Options.Section), Settings);
        }
        catch (StartupException refused)
        {
            throw new BadInputException(refused.Message);
        }
    }

    public static Option<string?> Option() => new("--data") { Description = "The data folder. Default: the setting Data:Folder.", HelpName = "FOLDER" };

    /// <exception cref="BadInputException">The folder holds no studio data.</exception>
    public static Installation Open(string? folder)
    {
        var installation = Find(folder);
        var data = installation.Folder;
        if (Directory.Exists(data.Root) && (installation.Choice.Provider != DatabaseProvider.Sqlite || File.Exists(data.DatabaseFile)))
        {
            return installation;
        }

        installation.Dispose();
        throw new BadInputException($"There is no studio data in {data.Root}: name the folder with --data, or start the studio here once.");
    }

    /// <summary>Opens the database, creating or migrating it if necessary.</summary>
    public static async Task<Installation> OpenOrCreateAsync(CancellationToken cancellationToken)
    {
        var installation = Find(null);
        installation.Folder.Prepare();
        await using var database = installation.OpenDatabase();
        await database.UpgradeAsync(cancellationToken).ConfigureAwait(false);
        return installation;
    }

    /// <summary>Opens another SQLite file in place of this installation's database.</summary>
    public static Installation OfFile(DataFolder folder, string file) =>
        new(folder, new DatabaseChoice(DatabaseProvider.Sqlite, null, file), new ConfigurationBuilder().Build());

    public AppDbContext OpenDatabase() => services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();

    /// <exception cref="BadInputException">The database is not SQLite.</exception>
    public void RequireSqlite(string command)
    {
        if (Choice.Provider != DatabaseProvider.Sqlite)
        {
            throw new BadInputException(
                $"{command} supports only SQLite: with PostgreSQL use pg_dump and pg_restore, and copy {Folder.Images} after the dump, so that the copy holds every picture of the dump.");
        }
    }

    public void Dispose() => services.Dispose();

    private static T Section<T>(IConfiguration settings, string section)
        where T : class, new()
    {
        try
        {
            return SettingValues.Read<T>(settings, section);
        }
        catch (OptionsValidationException refused)
        {
            throw new BadInputException(string.Join(' ', refused.Failures));
        }
    }

    private static Installation Find(string? folder)
    {
        var root = Root();
        var settings = new ConfigurationBuilder().AddJsonFile(Path.Combine(root, SettingsFile), optional: true).AddEnvironmentVariables().Build();

        // --data is relative to the current folder, the setting to the settings file.
        var data = folder is null
            ? new DataFolder(root, settings[$"{DataOptions.Section}:Folder"] ?? new DataOptions().Folder)
            : new DataFolder(Environment.CurrentDirectory, folder);
        var provider = Section<DatabaseOptions>(settings, DatabaseOptions.Section).Provider;
        return new Installation(data, new DatabaseChoice(provider, ConnectionStringSetting.Read(settings), data.DatabaseFile), settings);
    }

    // Searches for the settings file from the current folder up, then from the program's folder up.
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
