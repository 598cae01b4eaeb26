using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Generation;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Live;
using PromptCanvas.Generation.Settings;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Web.Features.Accounts;
using PromptCanvas.Web.Security;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Operations;

/// <summary>Settings that an administrator changes while the studio runs.</summary>
public sealed class RuntimeSettingsTests : IAsyncDisposable
{
    private const string Page = "/admin/settings";
    private readonly Studio studio = new() { Settings = { ["Quotas:MaximumQueued"] = "33" } };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Fact]
    public async Task Page_RegistrationOpened_AppliesAtOnce_AndIsAudited()
    {
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var visitor = studio.Browser();
        Assert.DoesNotContain("<form", await visitor.GetStringAsync("/register", Cancellation), StringComparison.Ordinal);

        using var saved = await SaveAsync(administrator, "Registration", ("Registration:Mode", "Invite", "Open"));

        Assert.Equal(HttpStatusCode.Found, saved.StatusCode);
        Assert.Contains("<form", await visitor.GetStringAsync("/register", Cancellation), StringComparison.Ordinal);
        var log = WebUtility.HtmlDecode(await administrator.GetStringAsync("/admin/audit", Cancellation));
        Assert.Contains("settings.change", log, StringComparison.Ordinal);
        Assert.Contains("Invite → Open", log, StringComparison.Ordinal);
        Assert.Matches("Registration:Mode</code><p [^>]*>[^<]*</p></td>\\s*<td>Open</td>\\s*<td>Invite</td>\\s*<td>database</td>", await administrator.GetStringAsync(Page, Cancellation));
    }

    [Fact]
    public async Task Page_RetentionChanged_IsWhatThePagesSay()
    {
        using var client = studio.CreateClient();
        var picture = await client.FinishedPictureAsync();
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        Assert.Contains("Deleted pictures stay here for 30 days.", await administrator.GetStringAsync("/gallery?shelf=trash", Cancellation), StringComparison.Ordinal);
        using var saved = await SaveAsync(administrator, "Generation", ("Generation:TrashDays", "30", "1"));

        Assert.Equal(HttpStatusCode.Found, saved.StatusCode);
        Assert.Contains("Deleted pictures stay here for 1 day.", await administrator.GetStringAsync("/gallery?shelf=trash", Cancellation), StringComparison.Ordinal);
        await studio.Services.GetRequiredService<ILibrary>().DeleteAsync(new Actor(studio.Administrator.Id, PersonRoles.Administrator), [picture], Cancellation);
        Assert.Contains("It is deleted forever 1 day after you moved it there", await administrator.GetStringAsync($"/images/{picture}", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Reset_PutsTheFilesValueBack()
    {
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var saved = await SaveAsync(administrator, "Quotas", ("Quotas:DefaultCredits", "200", "7"));
        Assert.Contains("/ 7", await QuotaAsync(), StringComparison.Ordinal);

        using var reset = await administrator.SendFormAsync(Page, "reset-Quotas-DefaultCredits");

        Assert.Equal(HttpStatusCode.Found, reset.StatusCode);
        Assert.Contains("/ 200", await QuotaAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("reset-Quotas-DefaultCredits", await administrator.GetStringAsync(Page, Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_SetOutside_IsShownLockedWithItsSource_AndCannotBeChanged()
    {
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        var page = await administrator.GetStringAsync(Page, Cancellation);
        using var refused = await SaveAsync(administrator, "Quotas", ("Quotas:MaximumQueued", "33", "5"));

        Assert.Matches("id=\"Quotas:MaximumQueued\"[^>]*value=\"33\"[^>]* disabled", page);
        Assert.Contains("Locked: set by the command line.", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("id=\"Quotas:CarryOver\"[^>]* disabled", page);
        Assert.Contains("Quotas:MaximumQueued is set by the environment or the command line", await refused.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_InvalidValue_IsRefusedInWords_AndKeptInTheField()
    {
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var refused = await SaveAsync(administrator, "Quotas", ("Quotas:DefaultCredits", "200", "many"));
        var text = await refused.TextAsync();

        Assert.Equal(HttpStatusCode.OK, refused.StatusCode);
        Assert.Contains("Enter a whole number from 0 to 1000000.", text, StringComparison.Ordinal);
        Assert.Contains("value=\"many\"", text, StringComparison.Ordinal);
        Assert.Contains("/ 200", await QuotaAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_WhatTheFormDidNotChange_IsNotStored()
    {
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        await studio.Services.GetRequiredService<IStoredSettings>().SaveAsync(
            new AuditActor(null, "another", null), new Dictionary<string, string?> { ["Quotas:DefaultCredits"] = "50" }, Cancellation);

        // The form was opened before.
        using var saved = await SaveAsync(administrator, "Quotas", ("Quotas:DefaultCredits", "200", "200"), ("Quotas:CarryOver", "0", "3"));

        var options = studio.Services.GetRequiredService<IOptionsMonitor<QuotaOptions>>().CurrentValue;
        Assert.Equal((50, 3), (options.DefaultCredits, options.CarryOver));
    }

    [Fact]
    public async Task Provenance_SwitchedOff_RemovesItFromTheNextDownload()
    {
        using var client = studio.CreateClient();
        var picture = await client.FinishedPictureAsync();
        Assert.NotEmpty(PngText.Read(await client.GetByteArrayAsync($"/api/images/{picture}/content", Cancellation)));
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var saved = await SaveAsync(administrator, "Provenance", ("Provenance:Embed", "true", "false"));

        Assert.Empty(PngText.Read(await client.GetByteArrayAsync($"/api/images/{picture}/content", Cancellation)));
    }

    [Fact]
    public async Task RateLimit_Changed_AppliesToCallersThatWereCountedBefore()
    {
        var options = new ChangingOptions<RateLimitOptions>(new RateLimitOptions { SignInPerMinute = 1 });
        using var limits = new SignInLimits(options, new TokenBuckets(new NoSharedBuckets(), TimeProvider.System));
        var context = new DefaultHttpContext();
        Assert.Null(await limits.RefuseAsync(context, "ada"));
        Assert.NotNull(await limits.RefuseAsync(context, "ada"));

        options.CurrentValue = new RateLimitOptions { SignInPerMinute = 5 };

        Assert.Null(await limits.RefuseAsync(context, "ada"));
    }

    /// <summary><c>IOptions</c> keeps the first value for as long as the process runs.</summary>
    [Fact]
    public void Readers_OfSettingsThatMayChange_FollowThem()
    {
        var changing = studio.Services.GetServices<SettingsSection>().Select(section => section.Options).Where(IsWhollyRuntime).Distinct().Select(options => typeof(IOptions<>).MakeGenericType(options)).ToHashSet();
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var readers =
            from type in new[] { typeof(Program).Assembly, typeof(GenerationRegistration).Assembly }.SelectMany(assembly => assembly.GetTypes())
            let used = type.GetFields(All).Select(field => field.FieldType)
                .Concat(type.GetProperties(All).Select(property => property.PropertyType))
                .Concat(type.GetConstructors(All).Cast<MethodBase>().Concat(type.GetMethods(All)).SelectMany(method => method.GetParameters()).Select(parameter => parameter.ParameterType))
            where used.Any(changing.Contains)
            select type.FullName;

        Assert.True(changing.Count >= 3);
        Assert.Empty(readers);

        // A section with settings of both kinds: the readers of the one are few enough to name.
        var sources = Directory.EnumerateFiles(Path.Combine(Studio.RepoRoot, "src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText);
        Assert.DoesNotContain(sources, text => text.Contains(".Value.UploadAge", StringComparison.Ordinal) || text.Contains(".Value.TrashDays", StringComparison.Ordinal)
            || text.Contains("IOptions<ProvenanceOptions>", StringComparison.Ordinal));
    }

    private static bool IsWhollyRuntime(Type options) =>
        options.GetProperties().Where(property => property.SetMethod is not null).ToList() is { Count: > 0 } properties && properties.TrueForAll(property => property.IsDefined(typeof(RuntimeSettingAttribute)));

    private static Task<HttpResponseMessage> SaveAsync(HttpClient browser, string section, params (string Key, string Shown, string Value)[] fields) =>
        browser.SendFormAsync(Page, $"settings-{section}", [.. fields.SelectMany(field => ((string, string)[])[(field.Key, field.Value), ($"shown:{field.Key}", field.Shown)])]);

    private async Task<string> QuotaAsync()
    {
        using var client = studio.CreateClient();
        using var response = await client.GetAsync("/api/me/quota", Cancellation);
        return $"/ {(await response.ReadJsonAsync()).GetProperty("limit").GetDecimal():0}";
    }
}
