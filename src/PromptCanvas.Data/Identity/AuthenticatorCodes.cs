using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

using PromptCanvas.Data.People;

namespace PromptCanvas.Data.Identity;

/// <summary>Checks the codes of authenticator apps: RFC 6238 with SHA-1, six digits and steps of 30 seconds. A code is accepted once, within one
/// step before or after now. Replaces Identity's provider, which accepts a code any number of times within two steps.</summary>
public sealed class AuthenticatorCodes(IDbContextFactory<AppDbContext> databases, TimeProvider clock) : IUserTwoFactorTokenProvider<Person>
{
    private const int Digits = 6;
    private const int Modulus = 1_000_000;
    private const int StepSeconds = 30;
    private const int Tolerance = 1;
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int Base32Bits = 5;

    /// <summary>Whether the code belongs to the key and was not used before; uses it up.</summary>
    /// <param name="key">The shared secret in Base32.</param>
    public async Task<bool> UseAsync(Guid personId, string key, string code, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(code);
        var now = clock.GetUtcNow().ToUnixTimeSeconds() / StepSeconds;
        var secret = FromBase32(key);
        for (var step = now - Tolerance; step <= now + Tolerance; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(CodeOf(secret, step)), Encoding.UTF8.GetBytes(code))
                && await UseUpAsync(personId, step, now, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public async Task<bool> ValidateAsync(string purpose, string token, UserManager<Person> manager, Person user)
    {
        ArgumentNullException.ThrowIfNull(manager);
        ArgumentNullException.ThrowIfNull(user);
        return await manager.GetAuthenticatorKeyAsync(user) is { Length: > 0 } key && await UseAsync(user.Id, key, token ?? "", CancellationToken.None);
    }

    /// <summary>The app makes the codes, not the server.</summary>
    public Task<string> GenerateAsync(string purpose, UserManager<Person> manager, Person user) => Task.FromResult("");

    /// <inheritdoc/>
    public async Task<bool> CanGenerateTwoFactorTokenAsync(UserManager<Person> manager, Person user)
    {
        ArgumentNullException.ThrowIfNull(manager);
        return !string.IsNullOrEmpty(await manager.GetAuthenticatorKeyAsync(user));
    }

    private static string CodeOf(byte[] secret, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // The algorithm is fixed by the authenticator apps.
        var hash = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350

        // RFC 4226, section 5.3: the last four bits choose the 31 bits to use.
        var number = BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(hash[^1] & 0xF)) & int.MaxValue;
        return (number % Modulus).ToString($"D{Digits}", CultureInfo.InvariantCulture);
    }

    private static byte[] FromBase32(string key)
    {
        var bytes = new List<byte>(key.Length * Base32Bits / 8);
        var (buffer, bits) = (0, 0);
        foreach (var value in key.Select(letter => Base32.IndexOf(char.ToUpperInvariant(letter), StringComparison.Ordinal)).Where(value => value >= 0))
        {
            buffer = ((buffer << Base32Bits) | value) & 0xFFF;
            bits += Base32Bits;
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)(buffer >> bits));
            }
        }

        return [.. bytes];
    }

    private async Task<bool> UseUpAsync(Guid personId, long step, long now, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.UsedCodes.Where(row => row.PersonId == personId && row.Step < now - Tolerance).ExecuteDeleteAsync(cancellationToken);
        if (await database.UsedCodes.AnyAsync(row => row.PersonId == personId && row.Step == step, cancellationToken))
        {
            return false;
        }

        database.UsedCodes.Add(new UsedCode { PersonId = personId, Step = step });
        try
        {
            await database.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException) when (IsUsed())
        {
            return false;
        }

        // Another request used the code between the check and the insertion.
        bool IsUsed()
        {
            using var again = databases.CreateDbContext();
            return again.UsedCodes.Any(row => row.PersonId == personId && row.Step == step);
        }
    }
}
