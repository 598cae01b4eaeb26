using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace PromptCanvas.Web.Features.Operations;

/// <summary>A setting on the administration page.</summary>
/// <param name="Value">Null when it is a secret.</param>
/// <param name="IsSet">Whether it is configured; otherwise the value is the default.</param>
/// <param name="Source">A file name, "environment" or "command line"; null when not configured.</param>
public sealed record SettingFacts(string Key, string? Value, bool IsSet, string? Source);

/// <summary>The effective settings and their sources. Secret values are never returned.</summary>
internal sealed class SettingsService(IConfiguration configuration)
{
    /// <summary>All settings with their defaults; null = no default. <see cref="Secrets"/> lists those that are secret.</summary>
    private static readonly (string Key, string? Default)[] Known =
    [
        ("Urls", "http://localhost:5080"),
        ("TrustedProxies", ""),
        ("AllowedHosts", "*"),
        ("Tls:HstsDays", "30"),
        ("Data:Folder", "data"),
        ("Database:Provider", "Sqlite"),
        ("ConnectionStrings:PromptCanvas", null),
        ("ConnectionStrings:PromptCanvas_FILE", ""),
        ("Models:Folder", "models"),
        ("Models:Default", "starter"),
        ("Inference:ExecutionProvider", "Auto"),
        ("Inference:Threads", "0"),
        ("Inference:MaxBatch", "8"),
        ("Inference:KeepLoadedMinutes", "0"),
        ("Inference:GraphCache", ""),
        ("Generation:ConcurrentJobs", "4"),
        ("Generation:SharedQueue", "false"),
        ("Generation:CrashBudget", "5"),
        ("Generation:HangLimit", "00:10:00"),
        ("Generation:OrphanAge", "1.00:00:00"),
        ("Provenance:Embed", "true"),
        ("Registration:Mode", "Invite"),
        ("Authentication:OpenIdConnect:Authority", ""),
        ("Authentication:OpenIdConnect:ClientId", ""),
        ("Authentication:OpenIdConnect:ClientSecret", null),
        ("Authentication:OpenIdConnect:ClientSecretFile", ""),
        ("Authentication:OpenIdConnect:DisplayName", "single sign-on"),
        ("Authentication:OpenIdConnect:Scopes", "profile email"),
        ("Authentication:OpenIdConnect:CreatePeople", "true"),
        ("Authentication:OpenIdConnect:RoleClaim", ""),
        ("Authentication:OpenIdConnect:CreditsClaim", ""),
        ("Mail:Host", ""),
        ("Mail:Port", "587"),
        ("Mail:Security", "StartTls"),
        ("Mail:Timeout", "00:01:00"),
        ("Mail:User", ""),
        ("Mail:Password", null),
        ("Mail:PasswordFile", ""),
        ("Mail:From", ""),
        ("Mail:PublicAddress", ""),
        ("Quotas:DefaultCredits", "200"),
        ("Quotas:Period", "Month"),
        ("Quotas:CarryOver", "0"),
        ("Quotas:MaximumQueued", "20"),
        ("Quotas:MaximumRunning", "0"),
        ("Quotas:DiskMegabytes", "0"),
        ("Quotas:DownloadsAtOnce", "2"),
        ("Quotas:WaitingUploads", "1"),
        ("Data:FormsMegabytes", "500"),
        ("RateLimits:SignInPerMinute", "10"),
        ("RateLimits:WritesPerMinute", "60"),
        ("RateLimits:WritesPerSecond", "5"),
        ("RateLimits:ReadsPerMinute", "1200"),
        ("RateLimits:LinksPerMinute", "1200"),
        ("RateLimits:AuditedRefusalsPerMinute", "20"),
        ("Lines:PerPerson", "60"),
        ("Lines:PerAddress", "600"),
        ("Lines:StreamsPerPerson", "60"),
        ("Lines:StreamsPerAddress", "600"),
    ];

    private static readonly string[] Secrets = ["ConnectionStrings:PromptCanvas", "Mail:Password", "Authentication:OpenIdConnect:ClientSecret"];

    public static IEnumerable<string> Keys => Known.Select(setting => setting.Key);

    public IReadOnlyList<SettingFacts> Read() => [.. Known.Select(setting => Read(setting.Key, setting.Default))];

    private SettingFacts Read(string key, string? standard)
    {
        var source = SourceOf(key);
        return new SettingFacts(key, Secrets.Contains(key) ? null : configuration[key] ?? standard, source is not null, source);
    }

    // The last provider with the key takes precedence.
    private string? SourceOf(string key) => configuration is IConfigurationRoot root ? SourceOf(root.Providers, key) : null;

    private static string? SourceOf(IEnumerable<IConfigurationProvider> providers, string key) => providers.Reverse()
        .Where(provider => provider.TryGet(key, out _)).Select(provider => NameOf(provider, key)).FirstOrDefault();

    private static string NameOf(IConfigurationProvider provider, string key) => provider switch
    {
        JsonConfigurationProvider file => file.Source.Path ?? "file",
        EnvironmentVariablesConfigurationProvider => "environment",
        CommandLineConfigurationProvider => "command line",
        ChainedConfigurationProvider { Configuration: IConfigurationRoot inner } => SourceOf(inner.Providers, key) ?? "host",
        _ => "host",
    };
}
