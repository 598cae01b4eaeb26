using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.Settings;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Settings;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Settings;

public sealed class StoredSettingsTests : IDisposable
{
    private const string Credits = "Quotas:DefaultCredits";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly AuditActor Administrator = new(null, "administrator@example.com", null);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("promptcanvas-settings-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Save_AppliesToTheNextRequest_AndIsAudited()
    {
        await using var studio = await new Studio(folder.FullName).PrepareAsync();
        var person = Guid.NewGuid();
        Assert.Equal(200, (await studio.QuotaAsync(person)).Limit);

        Assert.Null((await SaveAsync(studio, (Credits, "300"))).Refusal);

        Assert.Equal(300, (await studio.QuotaAsync(person)).Limit);
        await using var database = studio.OpenDatabase();
        var entry = await database.AuditLog.SingleAsync(Cancellation);
        Assert.Equal(("settings.change", Credits, "default → 300", Administrator.Name), (entry.Action, entry.Target, entry.Detail, entry.Actor));
    }

    [Fact]
    public async Task Save_EverySettingOfTheQuotas_ReachesItsReaders()
    {
        await using var studio = await new Studio(folder.FullName).PrepareAsync();
        Assert.Null((await SaveAsync(studio, ("Quotas:MaximumQueued", "1"), ("Quotas:Period", "Week"), ("Quotas:DiskMegabytes", "5"))).Refusal);
        var person = Guid.NewGuid();

        await studio.SubmitAsync(TestRequests.FoxOf(person));
        Assert.False((await studio.TrySubmitAsync(TestRequests.FoxOf(person, "second"))).TryGet(out _, out var refusal));
        Assert.IsType<TooManyJobs>(refusal);
        Assert.Contains("-W", (await studio.QuotaAsync(person)).Period, StringComparison.Ordinal);
        Assert.Equal(5 * 1024 * 1024, (await studio.Get<IDiskQuota>().OfAsync(person, Cancellation)).Limit);
    }

    [Fact]
    public async Task Save_Null_PutsTheFormerValueBack()
    {
        await using var studio = await new Studio(folder.FullName).PrepareAsync();
        await SaveAsync(studio, (Credits, "300"));
        Assert.True(studio.Get<IStoredSettings>().IsStored(Credits));

        Assert.Null((await SaveAsync(studio, (Credits, null))).Refusal);

        Assert.Equal(200, Quotas(studio).DefaultCredits);
        Assert.False(studio.Get<IStoredSettings>().IsStored(Credits));
    }

    [Theory]
    [InlineData("Quotas:DefaultCredits", "many")]
    [InlineData("Quotas:MaximumRunning", "65")]
    [InlineData("Data:Folder", "elsewhere")]
    [InlineData("Quotas:Nothing", "1")]
    public async Task Save_WhatIsRefused_StoresNothingOfTheSameForm(string key, string value)
    {
        await using var studio = await new Studio(folder.FullName).PrepareAsync();

        Assert.NotNull((await SaveAsync(studio, ("Quotas:CarryOver", "10"), (key, value))).Refusal);

        await using var database = studio.OpenDatabase();
        Assert.Empty(await database.Settings.ToListAsync(Cancellation));
        Assert.Empty(await database.AuditLog.ToListAsync(Cancellation));
        Assert.Equal(0, Quotas(studio).CarryOver);
    }

    [Fact]
    public async Task Save_WhatTheEnvironmentSets_IsRefused_AndAValueStoredBeforeHasNoEffect()
    {
        await using (var before = await new Studio(folder.FullName).PrepareAsync())
        {
            await SaveAsync(before, (Credits, "300"));
        }

        await using var studio = await new Studio(folder.FullName, settings: new() { [Credits] = "50" }).PrepareAsync();

        Assert.Equal(50, Quotas(studio).DefaultCredits);
        Assert.True(studio.Get<IStoredSettings>().IsLocked(Credits));
        Assert.IsType<Forbidden>((await SaveAsync(studio, (Credits, "400"))).Refusal);
    }

    [Fact]
    public async Task Start_StoredValueThatThisVersionDoesNotAccept_IsKeptAndHasNoEffect()
    {
        await using (var before = await new Studio(folder.FullName).PrepareAsync())
        {
            await using var database = before.OpenDatabase();
            database.Settings.AddRange(
                new StoredSetting { Key = Credits, Value = "plenty", ChangedAt = before.Clock.GetUtcNow() },
                new StoredSetting { Key = "Quotas:Later", Value = "x", ChangedAt = before.Clock.GetUtcNow() },
                new StoredSetting { Key = "Quotas:CarryOver", Value = "7", ChangedAt = before.Clock.GetUtcNow() });
            await database.SaveChangesAsync(Cancellation);
        }

        await using var studio = await new Studio(folder.FullName).PrepareAsync();

        Assert.Equal((200, 7), (Quotas(studio).DefaultCredits, Quotas(studio).CarryOver));
        Assert.Equal("plenty", studio.Get<IStoredSettings>().Rejected[Credits]);
        await using var rows = studio.OpenDatabase();
        Assert.Equal(3, await rows.Settings.CountAsync(Cancellation));
        Assert.Null((await SaveAsync(studio, (Credits, "300"))).Refusal);
        Assert.Empty(studio.Get<IStoredSettings>().Rejected);
    }

    [Fact]
    public async Task Save_InOneProcess_AppliesInTheOthers()
    {
        var shared = new Dictionary<string, string?> { ["Generation:SharedQueue"] = "true" };
        await using var one = await new Studio(folder.FullName, settings: shared).PrepareAsync();
        await using var other = await new Studio(folder.FullName, settings: shared).StartAsync();

        await SaveAsync(one, (Credits, "300"));

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        while (Quotas(other).DefaultCredits != 300)
        {
            other.Clock.Advance(SettingsRefresh.Interval);
            await Task.Delay(10, patience.Token);
        }
    }

    private static QuotaOptions Quotas(Studio studio) => studio.Get<IOptionsMonitor<QuotaOptions>>().CurrentValue;

    private static Task<Result> SaveAsync(Studio studio, params (string Key, string? Value)[] changes) =>
        studio.Get<IStoredSettings>().SaveAsync(Administrator, changes.ToDictionary(change => change.Key, change => change.Value), Cancellation);
}
