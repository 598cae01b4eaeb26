using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PromptCanvas.Cluster;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Generation;
using PromptCanvas.Generation.Live;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Migrations;

namespace PromptCanvas.Cli.Bench;

/// <summary>A node of a studio: queue, worker and previews as in the studio's process, in a role, without its web server.</summary>
internal sealed class ClusterNode : IAsyncDisposable
{
    private readonly IHost host;
    private readonly Engines engines;

    private ClusterNode(IHost host, Engines engines) => (this.host, this.engines) = (host, engines);

    public IServiceProvider Services => host.Services;

    /// <summary>Starts a node, and waits until it is connected.</summary>
    /// <param name="folder">The data folder that all nodes share.</param>
    /// <param name="role">Web or Worker.</param>
    /// <param name="model">Of a worker; its engine is this node's own.</param>
    public static async Task<ClusterNode> StartAsync(string folder, string role, UnClipModel model, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddEnvironmentVariables().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data:Folder"] = folder,
            ["Studio:Roles"] = role,
            ["Generation:SharedQueue"] = "true",
            ["Quotas:DefaultCredits"] = "1000000",
            ["Quotas:MaximumQueued"] = "100000",
        });
        var engines = new Engines(model, role == "Worker");
        builder.Services.AddLogging().AddCluster(builder.Configuration).AddSingleton<IEngineProvider>(engines)
            .AddGeneration(builder.Configuration, folder).AddAppDatabase(GenerationRegistration.ChooseDatabase);
        var host = builder.Build();
        await host.Services.PrepareGenerationAsync(cancellationToken).ConfigureAwait(false);
        await host.StartAsync(cancellationToken).ConfigureAwait(false);
        var line = host.Services.GetRequiredService<ILiveLine>();
        while (line is { IsShared: true, IsUp: false })
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken).ConfigureAwait(false);
        }

        return new ClusterNode(host, engines);
    }

    public T Get<T>()
        where T : notnull => host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(CancellationToken.None).ConfigureAwait(false);
        if (host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync().ConfigureAwait(false);
        }

        engines.Dispose();
    }

    /// <summary>One engine, of this node alone.</summary>
    private sealed class Engines(UnClipModel model, bool runsHere) : IEngineProvider, IDisposable
    {
        private readonly ImageEngine engine = new(model, new EngineOptions());

        public string DefaultModel => model.Name;

        public IReadOnlyList<string> Models => [model.Name];

        public bool RunsHere => runsHere;

        public IImageEngine Get(string modelName) => engine;

        public void Dispose() => engine.Dispose();
    }
}
