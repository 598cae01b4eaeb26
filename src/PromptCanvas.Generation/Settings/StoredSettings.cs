using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.Settings;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Settings;

/// <inheritdoc cref="IStoredSettings"/>
/// <remarks>A stored value of another version that this one does not accept is kept, and has no effect.</remarks>
internal sealed class StoredSettings : IStoredSettings, IDisposable
{
    private readonly StoredSettingsSource source;
    private readonly IConfiguration configuration;
    private readonly SettingRows rows;
    private readonly ILogger<StoredSettings> logger;
    private readonly SemaphoreSlim reading = new(1, 1);

    public StoredSettings(IEnumerable<SettingsSection> sections, StoredSettingsSource source, IConfiguration configuration, SettingRows rows, ILogger<StoredSettings> logger)
    {
        this.source = source;
        this.configuration = configuration;
        this.rows = rows;
        this.logger = logger;
        All = [.. sections.DistinctBy(section => section.Name).SelectMany(RuntimeSetting.Of)];
    }

    public IReadOnlyList<RuntimeSetting> All { get; }

    public IReadOnlyDictionary<string, string> Rejected { get; private set; } = new Dictionary<string, string>();

    public bool IsLocked(string key) => configuration is IConfigurationRoot root
        && root.Providers.Reverse().TakeWhile(provider => provider != source.Provider).Any(provider => provider.TryGet(key, out _));

    public bool IsStored(string key) => source.Provider.TryGet(key, out _) && !IsLocked(key);

    /// <summary>Reads the stored values and applies them.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        // One at a time, so that an earlier read cannot replace a later one.
        await reading.WaitAsync(cancellationToken);
        try
        {
            source.Provider.Replace(Accepted(await rows.ReadAsync(cancellationToken)));
        }
        finally
        {
            reading.Release();
        }
    }

    public async Task<Result> SaveAsync(AuditActor actor, IReadOnlyDictionary<string, string?> changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var accepted = new List<SettingChange>();
        foreach (var (key, text) in changes)
        {
            if (!Check(key, text).TryGet(out var change, out var refusal))
            {
                return refusal;
            }

            accepted.Add(change);
        }

        await rows.WriteAsync(actor, accepted, cancellationToken);
        await ReadAsync(cancellationToken);
        return Result.Done;
    }

    public void Dispose() => reading.Dispose();

    private Result<SettingChange> Check(string key, string? text)
    {
        if (All.FirstOrDefault(setting => setting.Key == key) is not { } known)
        {
            return new NotFound("This setting cannot be changed here.");
        }

        if (IsLocked(key))
        {
            return new Forbidden($"{key} is set by the environment or the command line; change it there and restart the studio.");
        }

        if (text is null)
        {
            return new SettingChange(key, null, configuration[key]);
        }

        return known.Read(text).TryGet(out var value, out var refusal) ? new SettingChange(key, value, configuration[key]) : refusal;
    }

    private Dictionary<string, string> Accepted(IReadOnlyDictionary<string, string> stored)
    {
        var accepted = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var rejected = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in All)
        {
            if (!stored.TryGetValue(setting.Key, out var text))
            {
                continue;
            }

            if (setting.Read(text).TryGet(out var value, out var refusal))
            {
                accepted[setting.Key] = value;
                continue;
            }

            rejected[setting.Key] = text;
            if (Rejected.GetValueOrDefault(setting.Key) != text)
            {
                logger.LogWarning("The stored value of {Key} is not accepted and has no effect: {Reason}", setting.Key, refusal.Message);
            }
        }

        Rejected = rejected;
        return accepted;
    }
}

/// <summary>A change of one setting.</summary>
/// <param name="Value">Null = remove the stored value.</param>
/// <param name="Before">The value in effect before; null = the default.</param>
internal sealed record SettingChange(string Key, string? Value, string? Before);

/// <summary>The rows of the stored settings.</summary>
internal sealed class SettingRows(IDbContextFactory<AppDbContext> databases, Transactions transactions, AuditLog audit, TimeProvider clock)
{
    public async Task<IReadOnlyDictionary<string, string>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Settings.AsNoTracking().ToDictionaryAsync(row => row.Key, row => row.Value, StringComparer.OrdinalIgnoreCase, cancellationToken);
    }

    public Task WriteAsync(AuditActor actor, IReadOnlyCollection<SettingChange> changes, CancellationToken cancellationToken) => transactions.RunAsync(
        async database =>
        {
            foreach (var change in changes)
            {
                await WriteAsync(database, change, cancellationToken);
                database.AuditLog.Add(audit.Entry(actor, change.Value is null ? "settings.reset" : "settings.change", change.Key, Detail(change)));
            }

            await database.SaveChangesAsync(cancellationToken);
            return (true, Keep: true);
        },
        cancellationToken);

    private static string Detail(SettingChange change) => $"{change.Before ?? "default"} → {change.Value ?? "not stored"}";

    private async Task WriteAsync(AppDbContext database, SettingChange change, CancellationToken cancellationToken)
    {
        var row = await database.Settings.SingleOrDefaultAsync(setting => setting.Key == change.Key, cancellationToken);
        if (change.Value is null)
        {
            if (row is not null)
            {
                database.Settings.Remove(row);
            }
        }
        else if (row is null)
        {
            database.Settings.Add(new StoredSetting { Key = change.Key, Value = change.Value, ChangedAt = clock.GetUtcNow() });
        }
        else
        {
            (row.Value, row.ChangedAt) = (change.Value, clock.GetUtcNow());
        }
    }
}
