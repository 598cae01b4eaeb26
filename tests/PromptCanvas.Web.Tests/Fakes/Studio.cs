using System.Reflection;

using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

using PromptCanvas.Generation.Engines;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>The whole studio on a data folder of its own; only the engine is scripted.</summary>
public sealed class Studio : WebApplicationFactory<Program>
{
    private readonly bool ownsFolder;

    public Studio()
        : this(Directory.CreateTempSubdirectory("promptcanvas-web-").FullName) => ownsFolder = true;

    /// <summary>A studio on a folder that outlives it.</summary>
    internal Studio(string dataFolder) => DataFolder = dataFolder;

    public static string RepoRoot { get; } = typeof(Studio).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepoRoot").Value!;

    public string DataFolder { get; }

    public ScriptedEngine Engine { get; } = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (ownsFolder)
        {
            Directory.Delete(DataFolder, recursive: true);
        }
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseContentRoot(RepoRoot);
        builder.UseSetting("Data:Folder", DataFolder);
        builder.ConfigureLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        builder.ConfigureServices(services => services.Replace(ServiceDescriptor.Singleton<IEngineProvider>(Engine)));
    }
}
