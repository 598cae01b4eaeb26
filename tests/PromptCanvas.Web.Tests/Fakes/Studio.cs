using System.Reflection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>The whole studio on a data folder of its own; only the engine is scripted. Its clients are the first administrator's unless a test makes others.</summary>
public sealed class Studio : WebApplicationFactory<Program>
{
    public const string AdministratorEmail = "administrator@example.com";
    public const string Password = "three plain words of a test";

    private readonly bool ownsFolder;
    private SomebodyInTest? administrator;

    public Studio()
        : this(Directory.CreateTempSubdirectory("promptcanvas-web-").FullName) => ownsFolder = true;

    /// <summary>A studio on a folder that outlives it.</summary>
    internal Studio(string dataFolder) => DataFolder = dataFolder;

    public static string RepoRoot { get; } = typeof(Studio).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepoRoot").Value!;

    public string DataFolder { get; }

    public ScriptedEngine Engine { get; } = new();

    /// <summary>Settings that differ, before the start.</summary>
    public Dictionary<string, string?> Settings { get; } = [];

    /// <summary>Services that differ, before the start.</summary>
    public Action<IServiceCollection>? Change { get; set; }

    /// <summary>Whether what the servers log is decided by the settings, as in a real studio.</summary>
    public bool KeepsLogRules { get; init; }

    /// <summary>The first administrator.</summary>
    public SomebodyInTest Administrator => administrator ??= PersonAsync(AdministratorEmail, PersonRoles.Administrator).GetAwaiter().GetResult();

    /// <summary>Goes on as somebody whom an earlier studio on the same folder made, with the same key.</summary>
    public void Use(SomebodyInTest somebody) => administrator = somebody;

    /// <summary>Somebody with this address; made when there is nobody yet.</summary>
    public Task<SomebodyInTest> PersonAsync(string email, string role) => Services.PersonAsync(email, role);

    /// <summary>A client of somebody's; of nobody's without one. It keeps no cookies and follows no redirects.</summary>
    public HttpClient ClientOf(SomebodyInTest? somebody)
    {
        var client = Server.CreateClient();
        somebody?.Dress(client);
        return client;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (ownsFolder)
        {
            Directory.Delete(DataFolder, recursive: true);
        }
    }

    /// <summary>A failing run prints what the servers said: what is usual among it would hide the failure.</summary>
    internal static void OnlyWarnings(IServiceCollection services) => services.PostConfigure<LoggerFilterOptions>(options =>
    {
        options.Rules.Clear();
        options.MinLevel = LogLevel.Warning;
        options.Rules.Add(new LoggerFilterRule(null, "Microsoft.AspNetCore.DataProtection", LogLevel.Error, null));
    });

    protected override void ConfigureClient(HttpClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        base.ConfigureClient(client);
        Administrator.Dress(client);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseContentRoot(RepoRoot);
        builder.UseSetting("Data:Folder", DataFolder);
        builder.UseSetting("Data:ReserveMegabytes", "0");
        builder.UseSetting("PROMPTCANVAS_ADMIN_EMAIL", AdministratorEmail);
        builder.UseSetting("PROMPTCANVAS_ADMIN_PASSWORD", Password);

        // The limits have their own tests; here they would only make others wait.
        foreach (var limit in (string[])["SignInPerMinute", "WritesPerMinute", "WritesPerSecond", "ReadsPerMinute", "SketchesPerMinute"])
        {
            builder.UseSetting($"RateLimits:{limit}", "100000");
        }

        foreach (var (name, value) in Settings)
        {
            builder.UseSetting(name, value);
        }

        builder.ConfigureServices(services =>
        {
            if (!KeepsLogRules)
            {
                OnlyWarnings(services);
            }

            services.Replace(ServiceDescriptor.Singleton<IEngineProvider>(Engine));

            // Making people is quick here; a test of its own looks at the real figure.
            services.PostConfigure<PasswordHasherOptions>(options => options.IterationCount = 1000);
            Change?.Invoke(services);
        });
    }
}
