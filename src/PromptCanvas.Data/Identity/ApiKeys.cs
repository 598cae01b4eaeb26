using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.People;

namespace PromptCanvas.Data.Identity;

/// <summary>A new API key.</summary>
/// <param name="Key">The whole key; shown once and not stored.</param>
public sealed record NewApiKey(ApiKey Row, string Key);

/// <summary>Creates, finds and revokes API keys.</summary>
public sealed class ApiKeys(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    public const string KeyStart = "pc_";

    private const int PrefixLength = 11;
    private static readonly TimeSpan UseResolution = TimeSpan.FromMinutes(1);

    public async Task<NewApiKey> CreateAsync(
        Guid personId, string name, IEnumerable<string> scopes, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var key = KeyStart + SecretToken.Create();
        var row = new ApiKey
        {
            Id = Guid.NewGuid(),
            PersonId = personId,
            Name = name,
            Prefix = key[..PrefixLength],
            KeyHash = SecretToken.HashOf(key),
            Scopes = string.Join(' ', ApiScopes.All.Intersect(scopes)),
            CreatedAt = clock.GetUtcNow(),
            ExpiresAt = expiresAt,
        };
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        database.ApiKeys.Add(row);
        await database.SaveChangesAsync(cancellationToken);
        return new NewApiKey(row, key);
    }

    /// <summary>The row of a valid key; also records the use.</summary>
    public async Task<ApiKey?> FindAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!key.StartsWith(KeyStart, StringComparison.Ordinal) || key.Length <= PrefixLength)
        {
            return null;
        }

        var prefix = key[..PrefixLength];
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var candidates = await database.ApiKeys.AsNoTracking()
            .Where(row => row.Prefix == prefix && row.RevokedAt == null && (row.ExpiresAt == null || row.ExpiresAt > now))
            .ToListAsync(cancellationToken);
        var found = candidates.Find(row => SecretToken.Matches(key, row.KeyHash));
        if (found is not null && (found.LastUsedAt is null || now - found.LastUsedAt > UseResolution))
        {
            await database.ApiKeys.Where(row => row.Id == found.Id)
                .ExecuteUpdateAsync(change => change.SetProperty(row => row.LastUsedAt, now), cancellationToken);
        }

        return found;
    }

    /// <summary>Whether a key found earlier is still valid.</summary>
    public async Task<bool> IsValidAsync(Guid keyId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.ApiKeys.AnyAsync(
            row => row.Id == keyId && row.RevokedAt == null && (row.ExpiresAt == null || row.ExpiresAt > now), cancellationToken);
    }

    /// <summary>A person's keys that are not revoked, newest first.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.ApiKeys.AsNoTracking().Where(row => row.PersonId == personId && row.RevokedAt == null)
            .OrderByDescending(row => row.CreatedAt).ToListAsync(cancellationToken);
    }

    /// <returns>Whether the person had such a key.</returns>
    public async Task<bool> RevokeAsync(Guid personId, Guid keyId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.ApiKeys.Where(row => row.Id == keyId && row.PersonId == personId && row.RevokedAt == null)
            .ExecuteUpdateAsync(change => change.SetProperty(row => row.RevokedAt, now), cancellationToken) > 0;
    }

    /// <summary>Revokes all keys of a person.</summary>
    /// <returns>How many keys were revoked.</returns>
    public async Task<int> RevokeAllAsync(Guid personId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.ApiKeys.Where(row => row.PersonId == personId && row.RevokedAt == null)
            .ExecuteUpdateAsync(change => change.SetProperty(row => row.RevokedAt, now), cancellationToken);
    }
}
