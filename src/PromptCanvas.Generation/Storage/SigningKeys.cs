using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Settings;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Provenance;
using PromptCanvas.Provenance.Signing;

namespace PromptCanvas.Generation.Storage;

/// <inheritdoc/>
/// <param name="protections">One, or none where the host has no secret.</param>
internal sealed class SigningKeys(
    IDbContextFactory<AppDbContext> databases, IEnumerable<IKeyProtection> protections, IOptionsMonitor<ProvenanceOptions> options, TimeProvider clock, ILogger<SigningKeys> logger) : ISigningKeys, IDisposable
{
    // Manifests end with the certificate, so pictures of its last days would not last.
    private static readonly TimeSpan Renewal = TimeSpan.FromDays(365);

    private readonly SemaphoreSlim turn = new(1, 1);
    private SigningIdentity? current;

    /// <summary>The key that signs; made when there is none. Null if the host cannot keep keys.</summary>
    /// <exception cref="StartupException">The operator's key cannot be used.</exception>
    public async Task<SigningIdentity?> CurrentAsync(CancellationToken cancellationToken)
    {
        // A key of files stays until they are replaced and the process restarts.
        if (current is { } known && (options.CurrentValue.CertificateFile is not null || !known.EndsWithin(Renewal, clock.GetUtcNow())))
        {
            return known;
        }

        await turn.WaitAsync(cancellationToken);
        try
        {
            // An earlier key may be signing at this moment, so it is not disposed of.
            return current = options.CurrentValue is { CertificateFile: { } certificate } files
                ? await OfFilesAsync(certificate, files.KeyFile, cancellationToken)
                : protections.FirstOrDefault() is { } protection ? await StoredAsync(protection, cancellationToken) : null;
        }
        finally
        {
            turn.Release();
        }
    }

    public async Task<bool> IsOursAsync(string thumbprint, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.SigningKeys.AnyAsync(key => key.Thumbprint == thumbprint, cancellationToken);
    }

    public async Task<string?> CertificatesAsync(CancellationToken cancellationToken)
    {
        if (await CurrentAsync(cancellationToken) is not { } identity)
        {
            return null;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.SigningKeys.Where(key => key.Thumbprint == identity.Thumbprint).Select(key => key.Certificates).SingleOrDefaultAsync(cancellationToken);
    }

    public void Dispose()
    {
        turn.Dispose();
        current?.Dispose();
    }

    private async Task<SigningIdentity> OfFilesAsync(string certificateFile, string? keyFile, CancellationToken cancellationToken)
    {
        if (keyFile is null)
        {
            throw new StartupException($"Setting {ProvenanceOptions.Section}:KeyFile: names no file; the certificate needs its private key.");
        }

        try
        {
            var certificates = await File.ReadAllTextAsync(certificateFile, cancellationToken);
            var identity = SigningIdentity.Read(certificates, await File.ReadAllTextAsync(keyFile, cancellationToken), clock.GetUtcNow());
            while (!await IsOursAsync(identity.Thumbprint, cancellationToken))
            {
                await TryAddAsync(await NextNumberAsync(cancellationToken), identity.Thumbprint, certificates, key: null, cancellationToken);
            }

            return identity;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ProvenanceException)
        {
            throw new StartupException($"Setting {ProvenanceOptions.Section}:CertificateFile: pictures cannot be signed with {certificateFile} and {keyFile}: {fault.Message}", fault);
        }
    }

    private async Task<SigningIdentity> StoredAsync(IKeyProtection protection, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = clock.GetUtcNow();

            // Read before the latest key: a key that another node adds in between takes this number.
            var number = await NextNumberAsync(cancellationToken);
            if (await LatestAsync(cancellationToken) is { Key: { } key } latest && Open(latest, key, protection, now) is { } identity)
            {
                return identity;
            }

            // Several nodes may start at the same time; the number lets one of them win, and the others read its key.
            var own = OwnCertificate.Create("PromptCanvas", Guid.NewGuid(), now);
            using var made = SigningIdentity.Read(own.ChainPem, Pem(own.Key), now);
            if (await TryAddAsync(number, made.Thumbprint, own.ChainPem, protection.Protect(own.Key), cancellationToken))
            {
                logger.LogInformation("Pictures are signed with a new key: {Thumbprint}", made.Thumbprint);
            }

            CryptographicOperations.ZeroMemory(own.Key);
        }
    }

    private SigningIdentity? Open(SigningKey row, byte[] protectedKey, IKeyProtection protection, DateTimeOffset now)
    {
        if (protection.Unprotect(protectedKey) is not { } key)
        {
            logger.LogWarning("The signing key {Thumbprint} cannot be decrypted, because the keys of the data folder have changed. A new one is made; pictures that it signed stay valid", row.Thumbprint);
            return null;
        }

        try
        {
            var identity = SigningIdentity.Read(row.Certificates, Pem(key), now);
            if (!identity.EndsWithin(Renewal, now))
            {
                return identity;
            }

            identity.Dispose();
        }
        catch (ProvenanceException refusal)
        {
            logger.LogInformation("The signing key {Thumbprint} is not used any more: {Reason}", row.Thumbprint, refusal.Message);
        }

        return null;
    }

    private async Task<SigningKey?> LatestAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.SigningKeys.AsNoTracking().Where(key => key.Key != null).OrderByDescending(key => key.Number).FirstOrDefaultAsync(cancellationToken);
    }

    private async Task<int> NextNumberAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return 1 + (await database.SigningKeys.MaxAsync(row => (int?)row.Number, cancellationToken) ?? 0);
    }

    /// <returns>False if another node added a key with this number.</returns>
    private async Task<bool> TryAddAsync(int number, string thumbprint, string certificates, byte[]? key, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        database.SigningKeys.Add(new SigningKey { Number = number, Thumbprint = thumbprint, Certificates = certificates, Key = key, CreatedAt = clock.GetUtcNow() });
        try
        {
            await database.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException)
        {
            await using var again = await databases.CreateDbContextAsync(cancellationToken);
            if (await again.SigningKeys.AnyAsync(row => row.Number == number, cancellationToken))
            {
                return false;
            }

            throw;
        }
    }

    private static string Pem(byte[] key) => new(PemEncoding.Write("PRIVATE KEY", key));
}
