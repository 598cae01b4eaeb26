using System.Reflection;

using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Journeys;

/// <summary>The whole application on a real port with the shipped model; nothing is scripted.</summary>
public sealed class RealStudio : WebApplicationFactory<Program>
{
    private readonly string dataFolder;

    public RealStudio(string dataFolder)
    {
        this.dataFolder = dataFolder;
        UseKestrel(0);
    }

    public static string RepoRoot { get; } = typeof(RealStudio).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepoRoot").Value!;

    public Uri Address => ClientOptions.BaseAddress;

    /// <summary>Starts the server; if the model's weights are missing, fails with instructions.</summary>
    public static RealStudio Start(string dataFolder)
    {
        var starter = Path.Combine(RepoRoot, "models", "starter");
        Assert.SkipUnless(Directory.Exists(starter), "This checkout has no models/starter yet.");
        Assert.True(
            Directory.EnumerateFiles(starter, "*.safetensors", SearchOption.AllDirectories).Any(),
            $"The journeys run on the shipped model, and {starter} has no weights. Check the repository out whole, or copy a checkpoint there.");
        var studio = new RealStudio(dataFolder);
        studio.StartServer();
        return studio;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseContentRoot(RepoRoot);
        builder.UseSetting("Data:Folder", dataFolder);
        builder.UseSetting("Data:ReserveMegabytes", "0");
        builder.UseSetting("PROMPTCANVAS_ADMIN_EMAIL", Studio.AdministratorEmail);
        builder.UseSetting("PROMPTCANVAS_ADMIN_PASSWORD", Studio.Password);
        builder.ConfigureServices(Studio.OnlyWarnings);
    }
}
