using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Cli.Output;
using PromptCanvas.Data;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Migrations;

namespace PromptCanvas.Cli.Upkeep;

/// <summary>The data folder and database of the studio, as its settings name them.</summary>
internal sealed class Installation : IDisposable
{
    private readonly ServiceProvider services;

    private Installation(DataFolder folder, DatabaseChoice choice)
    {
        Folder = folder;
        Choice = choice;
        services = new ServiceCollection().AddAppDatabase(_ => choice).BuildServiceProvider();
    }

    public DataFolder Folder { get; }

    public DatabaseChoice Choice { get; }

    public static Option<string?> Option() => new("--data") { Description = "The data folder; otherwise Data:Folder of the settings here.", HelpName = "FOLDER" };

    /// <exception cref="BadInputException">There is no studio's data there.</exception>
    public static Installation Open(string? folder)
    {
        var settings = new ConfigurationBuilder().AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true).AddEnvironmentVariables().Build();
        var data = new DataFolder(Environment.CurrentDirectory, folder ?? settings[$"{DataOptions.Section}:Folder"] ?? new DataOptions().Folder);
        var provider = settings.GetValue($"{DatabaseOptions.Section}:Provider", DatabaseProvider.Sqlite);
        if (!Directory.Exists(data.Root) || (provider == DatabaseProvider.Sqlite && !File.Exists(data.DatabaseFile)))
        {
            throw new BadInputException($"There is no studio's data in {data.Root}: name the folder with --data, or start here the studio once.");
        }

        return new Installation(data, new DatabaseChoice(provider, settings.GetConnectionString(DatabaseOptions.ConnectionStringName), data.DatabaseFile));
    }

    /// <summary>The same installation's code on another SQLite file.</summary>
    public static Installation OfFile(DataFolder folder, string file) => new(folder, new DatabaseChoice(DatabaseProvider.Sqlite, null, file));

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
}
