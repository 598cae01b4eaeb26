using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>A studio whose PostgreSQL has stopped, and a browser that read the sign-in page before.</summary>
public sealed class AwayStudio : IAsyncLifetime
{
    private readonly PostgresServer server = new();

    public Studio Studio { get; } = new() { KeepsLogRules = true };

    /// <summary>What the studio logged.</summary>
    internal LogPages Log { get; } = new();

    /// <summary>The antiforgery token of the sign-in page.</summary>
    public string Token { get; private set; } = "";

    /// <summary>The browser of that page, which is not signed in.</summary>
    public HttpClient Stranger { get; private set; } = new();

    public async ValueTask InitializeAsync()
    {
        if (!PostgresServer.IsInstalled)
        {
            return;
        }

        Studio.Change = Log.Replace;
        Studio.Settings["Database:Provider"] = "PostgreSql";
        Studio.Settings["ConnectionStrings:PromptCanvas"] = await server.NewDatabaseAsync();
        Stranger.Dispose();
        Stranger = Studio.Browser();
        Token = PageForms.TokenOf(await Stranger.GetStringAsync("/sign-in"));
        server.Stop();
    }

    public async ValueTask DisposeAsync()
    {
        Stranger.Dispose();
        await Studio.DisposeAsync();

        // Its disposal stops it.
        if (PostgresServer.IsInstalled)
        {
            server.Resume();
        }

        await server.DisposeAsync();
    }
}
