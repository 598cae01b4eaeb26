using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace PromptCanvas.Web.Tests.Faults;

/// <summary>Connections to the preview hub of a process, as a browser has them.</summary>
internal static class StudioProcessLines
{
    public static Task<HubConnection> WatchAsync(this StudioProcess studio) => studio.WatchAsync(studio.Key);

    /// <summary>The same with another person's key.</summary>
    public static async Task<HubConnection> WatchAsync(this StudioProcess studio, string ofPerson)
    {
        var connection = new HubConnectionBuilder()
            .WithUrl(new Uri(studio.Address, "hubs/generation"), options => options.AccessTokenProvider = () => Task.FromResult<string?>(ofPerson))
            .AddMessagePackProtocol().Build();
        await connection.StartAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
