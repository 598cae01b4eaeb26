using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Migrations;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Cli.Tests.Commands;

/// <summary>The database of an earlier version, and a backup of it.</summary>
public sealed class EarlierDatabaseTests : IAsyncLifetime
{
    private const string MakeItTooOld = "DELETE FROM __EFMigrationsHistory WHERE MigrationId LIKE '%Boards'";

    private readonly TemporaryFolder temporary = new();
    private readonly DataFolder folder;
    private readonly string zip;

    public EarlierDatabaseTests()
    {
        folder = new DataFolder(temporary.Path, "data");
        zip = Path.Combine(temporary.Path, "backup.zip");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DatabaseChoice Database => new(DatabaseProvider.Sqlite, null, folder.DatabaseFile);

    public async ValueTask InitializeAsync()
    {
        folder.Prepare();
        await DatabaseDump.LoadAsync(Database);
    }

    [Fact]
    public async Task Doctor_DatabaseOfTheFormerVersion_SaysToStartTheStudio()
    {
        var doctor = await RunAsync("doctor", folder);

        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains("start the studio once to migrate it", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_DatabaseTooOld_NamesTheVersionThatHelps()
    {
        await DatabaseDump.ExecuteAsync(Database, MakeItTooOld);

        var doctor = await RunAsync("doctor", folder);

        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains("start PromptCanvas 0.1.0 (commit 085b326) once to migrate it", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_BackupOfTheFormerVersion_BringsAllRowsUpToDate()
    {
        Assert.Equal(0, (await RunAsync("backup", folder, zip)).ExitCode);
        await using var services = NewStudio(out var other);
        await using var database = services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();
        await database.UpgradeAsync(Cancellation);

        var restored = await RunAsync("restore", other, zip);

        Assert.Equal((0, ""), (restored.ExitCode, restored.Error));
        Assert.Equal(SchemaState.Current, (await database.CheckSchemaAsync(Cancellation)).State);
        Assert.Equal(
            (8, 4, 18),
            (await database.Jobs.CountAsync(Cancellation), await database.Pictures.CountAsync(Cancellation), await database.Ledger.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task Restore_BackupTooOld_IsRefusedInOneSentence_AndNothingIsWritten()
    {
        await DatabaseDump.ExecuteAsync(Database, MakeItTooOld);
        Assert.Equal(0, (await RunAsync("backup", folder, zip)).ExitCode);
        await using var services = NewStudio(out var other);
        await using var database = services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();
        await database.UpgradeAsync(Cancellation);

        var refused = await RunAsync("restore", other, zip);

        Assert.Equal(2, refused.ExitCode);
        Assert.StartsWith("This backup is from an earlier version of the studio: restore it with PromptCanvas 0.1.0 ", refused.OneLine, StringComparison.Ordinal);
        Assert.Equal(0, await database.Jobs.CountAsync(Cancellation));
    }

    public ValueTask DisposeAsync()
    {
        SqliteCopies.Release();
        temporary.Dispose();
        return ValueTask.CompletedTask;
    }

    private ServiceProvider NewStudio(out DataFolder other)
    {
        other = new DataFolder(temporary.Path, "other");
        other.Prepare();
        var choice = Database with { SqliteFile = other.DatabaseFile };
        return new ServiceCollection().AddAppDatabase(_ => choice).BuildServiceProvider();
    }

    private Task<Outcome> RunAsync(string command, DataFolder data, params string[] arguments) =>
        CommandLine.RunInAsync(temporary.Path, [command, .. arguments, "--data", data.Root]);
}
