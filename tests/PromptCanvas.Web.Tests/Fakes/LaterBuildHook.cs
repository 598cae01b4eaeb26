using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.ChaosHost;
using PromptCanvas.Migrations;
using PromptCanvas.Web.Tests.Fakes;

[assembly: HostingStartup(typeof(LaterBuildHook))]

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>Makes the real program one of a later build, whose schema is newer.</summary>
internal sealed class LaterBuildHook : IHostingStartup
{
    private const string Startups = "ASPNETCORE_HOSTINGSTARTUPASSEMBLIES";

    /// <summary>The environment of such a process.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(LaterBuildHook).Assembly.Location,
        [Startups] = typeof(LaterBuildHook).Assembly.GetName().Name!,
    };

    // The studios in the tests' own process see this assembly, too, and stay of this build.
    public void Configure(IWebHostBuilder builder) => builder.ConfigureServices(services =>
    {
        if (System.Environment.GetEnvironmentVariable(Startups) is not null)
        {
            services.ConfigureDbContext<PostgreSqlAppDbContext>(options => options.ReplaceService<IMigrationsAssembly, LaterBuild>());
        }
    });
}
