using System.Reflection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>The whole application on its own data folder; only the engine is scripted. Its clients use the first administrator's account unless a test creates others.</summary>
public sealed class Studio : WebApplicationFactory<Program>
{
    public const string AdministratorEmail = "administrator@example.com";
    public const string Password = "three plain words of a test";

    private readonly bool ownsFolder;
    private string? connection;
    private SomebodyInTest? administrator;

    public Studio()
        : this(Directory.CreateTempSubdirectory("promptcanvas-web-").FullName) => ownsFolder = true;

    /// <summary>A studio on an existing folder, which is not deleted on disposal.</summary>
    internal Studio(string dataFolder) => DataFolder = dataFolder;

    public static string RepoRoot { get; } = typeof(Studio).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepoRoot").Value!;

    public string DataFolder { get; }

    public ScriptedEngine Engine { get; } = new();

    /// <summary>Settings to change before the start.</summary>
    public Dictionary<string, string?> Settings { get; } = [];

    /// <summary>Services to change before the start.</summary>
    public Action<IServiceCollection>? Change { get; set; }

    /// <summary>Whether the settings decide what is logged, as in production.</summary>
    public bool KeepsLogRules { get; init; }

    /// <summary>The first administrator.</summary>
    public SomebodyInTest Administrator => administrator ??= PersonAsync(AdministratorEmail, PersonRoles.Administrator).GetAwaiter().GetResult();

    /// <summary>Continues as a person whom an earlier studio on the same folder created, with the same key.</summary>
    public void Use(SomebodyInTest somebody) => administrator = somebody;

    /// <summary>The person with this address; created if absent.</summary>
    public Task<SomebodyInTest> PersonAsync(string email, string role) => Services.PersonAsync(email, role);

    /// <summary>A client of a person; anonymous without one. It keeps no cookies and follows no redirects.</summary>
    public HttpClient ClientOf(SomebodyInTest? somebody)
    {
        var client = Server.CreateClient();
        somebody?.Dress(client);
        return client;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (connection is not null)
        {
            // The pool's timer would keep the whole host in memory.
            SqliteConnection.ClearPool(new SqliteConnection(connection));
        }

        if (ownsFolder)
        {
            Directory.Delete(DataFolder, recursive: true);
        }
    }

    /// <summary>Logs warnings only: a failing test prints the log, and routine messages would hide the failure.</summary>
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

    protected override IHost CreateHost(IHostBuilder builder)
    {
        var host = base.CreateHost(builder);
        using var database = host.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();
        connection = database.Database.IsSqlite() ? database.Database.GetConnectionString() : null;
        return host;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.UseContentRoot(RepoRoot);
        builder.UseSetting("Data:Folder", DataFolder);
        builder.UseSetting("Data:ReserveMegabytes", "0");
        builder.UseSetting("PROMPTCANVAS_ADMIN_EMAIL", AdministratorEmail);
        builder.UseSetting("PROMPTCANVAS_ADMIN_PASSWORD", Password);

        // The rate limits have their own tests; here they would only cause delays.
        foreach (var limit in (string[])["SignInPerMinute", "WritesPerMinute", "WritesPerSecond", "ReadsPerMinute", "LinksPerMinute", "SketchesPerMinute"])
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

            // Hash passwords quickly; a separate test checks the real iteration count.
            services.PostConfigure<PasswordHasherOptions>(options => options.IterationCount = 1000);
            Change?.Invoke(services);
        });
    }
}
