using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Generation.Configuration;

using PromptCanvas.Web.Features.Operations;
using PromptCanvas.Web.Resources;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Operations;

public sealed class OperationsPageTests : IAsyncDisposable
{
    private const string Secret = "Host=db;Password=canary-5f1c";
    private readonly Studio studio = new() { Settings = { ["ConnectionStrings:PromptCanvas"] = Secret, ["Quotas:MaximumQueued"] = "33" } };

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Fact]
    public async Task Settings_SayWhatIsSetAndFromWhere_AndNoSecret()
    {
        var page = await studio.Browser(studio.Administrator.Cookie).GetStringAsync("/admin/settings", TestContext.Current.CancellationToken);

        Assert.DoesNotContain("canary", page, StringComparison.Ordinal);
        Assert.Contains("set, hidden", page, StringComparison.Ordinal);
        Assert.Matches("Quotas:MaximumQueued</code><p [^>]*>[^<]+</p></td>\\s*<td>33</td>\\s*<td>20</td>", page);
        Assert.Matches("Registration:Mode</code><p [^>]*>[^<]*</p></td>\\s*<td>Invite</td>\\s*<td>Invite</td>\\s*<td>appsettings.json</td>", page);
    }

    [Fact]
    public void Settings_OfAppsettings_AreAllShown()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Studio.RepoRoot, "appsettings.json")));
        var there = file.RootElement.EnumerateObject().SelectMany(section => section.Value.ValueKind == JsonValueKind.Object
            ? section.Value.EnumerateObject().Select(setting => $"{section.Name}:{setting.Name}")
            : [section.Name]);

        Assert.Empty(there.Where(key => !key.StartsWith("Logging:", StringComparison.Ordinal)).Except(ReadWith([]).Select(setting => setting.Key)));
    }

    [Fact]
    public void Settings_EachOptionChanged_ShowsItsValueDefaultAndSource()
    {
        var before = ReadWith([]);
        var changed = before.ToDictionary(setting => setting.Key, setting => (string?)$"changed {setting.Key}");

        var after = ReadWith(changed).ToDictionary(setting => setting.Key);

        Assert.True(before.Count > 50, $"Only {before.Count} settings are known.");
        Assert.All(before, setting =>
        {
            Assert.True(after[setting.Key].IsSet, setting.Key);
            Assert.Equal(setting.Default, after[setting.Key].Default);
            Assert.Equal(setting.Default is null ? null : $"changed {setting.Key}", after[setting.Key].Value);
        });
    }

    [Fact]
    public void Settings_OfEveryOptionsRecord_AreKnown()
    {
        var known = studio.Services.GetServices<SettingsSection>().Select(section => section.Options).ToHashSet();

        // Records named …Options with a section are bound somewhere; the others configure parts of the engine by hand.
        var records = AppDomain.CurrentDomain.GetAssemblies().Where(assembly => assembly.GetName().Name!.StartsWith("PromptCanvas", StringComparison.Ordinal) && !assembly.GetName().Name!.EndsWith("Tests", StringComparison.Ordinal))
            .SelectMany(assembly => assembly.GetTypes()).Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && type.GetField("Section") is not null);
        Assert.DoesNotContain(records, type => !known.Contains(type));
    }

    [Fact]
    public async Task Settings_OnAGermanPage_AreDescribedInGerman()
    {
        Assert.Empty(ReadWith([]).Where(setting => MessageTexts.KeyOf(setting.Description) is null).Select(setting => $"{setting.Key}: {setting.Description}"));
        using var browser = studio.Browser(studio.Administrator.Cookie);
        browser.DefaultRequestHeaders.AcceptLanguage.Add(new System.Net.Http.Headers.StringWithQualityHeaderValue("de"));
        var page = System.Net.WebUtility.HtmlDecode(await browser.GetStringAsync("/admin/settings", TestContext.Current.CancellationToken));

        Assert.Contains("Höchstzahl wartender Aufträge je Person. Standard: 20.", page, StringComparison.Ordinal);
        Assert.Empty(ReadWith([]).Where(setting => page.Contains(setting.Description, StringComparison.Ordinal)).Select(setting => setting.Key));
    }

    private IReadOnlyList<SettingFacts> ReadWith(Dictionary<string, string?> values) => new SettingsService(
        new ConfigurationBuilder().AddInMemoryCollection(values).Build(), studio.Services.GetServices<SettingsSection>(), new OptionDescriptions()).Read();

    [Fact]
    public async Task Models_AreCheckedAndMeasured()
    {
        var page = await studio.Browser(studio.Administrator.Cookie).GetStringAsync("/admin/models", TestContext.Current.CancellationToken);

        Assert.Contains("starter", page, StringComparison.Ordinal);
        Assert.Contains("Complete: every tensor has the expected shape. Makes pictures of 64, 256, 1024 pixels.", page, StringComparison.Ordinal);
        Assert.Contains("super_res_first: not loaded", page, StringComparison.Ordinal);
    }
}
