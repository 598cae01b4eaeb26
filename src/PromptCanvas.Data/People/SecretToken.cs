using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PromptCanvas.Data.People;

/// <summary>Random secrets that are handed out once and stored only as a hash.</summary>
public static class SecretToken
{
    private const int Bytes = 32;

    /// <summary>256 random bits as 43 URL-safe characters.</summary>
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>SHA-256, 64 lower-case hex digits. A secret of 256 random bits needs no slow hash.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Compares two hashes in constant time.</summary>
    public static bool Matches(string secret, string hash) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(HashOf(secret)), Encoding.ASCII.GetBytes(hash));
}
