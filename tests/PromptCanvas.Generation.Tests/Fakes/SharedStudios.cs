using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Generation.Worker;

namespace PromptCanvas.Generation.Tests.Fakes;

/// <summary>Two processes of one studio, on one database and one data folder.</summary>
internal sealed class SharedStudios : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();

    private SharedStudios(Dictionary<string, string?> settings, FakeLines? lines)
    {
        One = Node("one");
        Other = Node("other");
        Again = new Lazy<Studio>(() => Node("one"));

        Studio Node(string name) => new(
            folder.Path,
            change: services =>
            {
                if (lines is not null)
                {
                    services.AddSingleton(lines.NewNode());
                }
            },
            settings: new Dictionary<string, string?>(settings)
            {
                ["Generation:SharedQueue"] = "true",
                ["Quotas:MaximumQueued"] = "100",
                ["Studio:Node"] = name,
            });
    }

    public Studio One { get; }

    public Studio Other { get; }

    /// <summary>Another process with the name of the first one.</summary>
    public Lazy<Studio> Again { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="lines">The line between them; null = the database only.</param>
    public static async Task<SharedStudios> PrepareAsync(PostgresServer server, DatabaseProvider provider, FakeLines? lines = null)
    {
        var studios = new SharedStudios(await server.SettingsAsync(provider), lines);
        await studios.One.PrepareAsync();
        await studios.Other.PrepareAsync();
        return studios;
    }

    /// <summary>Both report, and both know the other's report.</summary>
    public async Task ReportAsync()
    {
        foreach (var studio in (Studio[])[One, Other, One])
        {
            await studio.Get<NodeReports>().ReportAsync(Cancellation);
        }
    }

    /// <summary>Makes the last report of a node an hour old.</summary>
    public static Task SilenceAsync(Studio node) => SilenceAsync(node, TimeSpan.FromHours(1));

    /// <summary>Makes the last report of a node older.</summary>
    public static async Task SilenceAsync(Studio node, TimeSpan age)
    {
        await using var database = node.OpenDatabase();
        var sql = $$"""UPDATE "Nodes" SET "ReportedAt" = {{QueueDialect.Of(database).Now(-age)}} WHERE "Id" = {0}""";
        await Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSqlRawAsync(database.Database, sql, [node.NodeId()], Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await One.DisposeAsync();
        await Other.DisposeAsync();
        if (Again.IsValueCreated)
        {
            await Again.Value.DisposeAsync();
        }

        folder.Dispose();
    }
}

internal static class NodeCalls
{
    public static string NodeId(this Studio studio) => studio.Get<ThisNode>().Id;

    /// <summary>The prompts of the next jobs that a worker claims.</summary>
    public static async Task<IReadOnlyList<string>> ClaimedAsync(this Studio studio, int count = 1, bool alone = true) =>
        [.. (await studio.Get<JobClaims>().ClaimAsync(count, alone, TestContext.Current.CancellationToken)).Select(claim => claim.Job.Prompt)];
}
