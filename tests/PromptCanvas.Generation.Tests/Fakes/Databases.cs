using PromptCanvas.Data;

namespace PromptCanvas.Generation.Tests.Fakes;

/// <summary>Studio settings for each of the two databases.</summary>
internal static class Databases
{
    public static TheoryData<DatabaseProvider> Both => [DatabaseProvider.Sqlite, DatabaseProvider.PostgreSql];

    /// <summary>Skips the test if it needs PostgreSQL and PostgreSQL is not installed.</summary>
    public static async Task<Dictionary<string, string?>> SettingsAsync(this PostgresServer server, DatabaseProvider provider) =>
        provider == DatabaseProvider.Sqlite
            ? []
            : new() { ["Database:Provider"] = "PostgreSql", ["ConnectionStrings:PromptCanvas"] = await server.NewDatabaseAsync() };

    public static Dictionary<string, string?> With(this Dictionary<string, string?> settings, string key, string value)
    {
        settings[key] = value;
        return settings;
    }
}
