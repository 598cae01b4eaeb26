using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PromptCanvas.Data.People;

/// <summary>Random secrets that are given away once and kept only as a hash.</summary>
public static class SecretToken
{
    private const int Bytes = 32;

    /// <summary>256 random bits as 43 letters that need no escaping in an address.</summary>
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>SHA-256, 64 lower-case hex digits. Secrets of 256 random bits need no slow hash.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Compares in a time that does not depend on where two hashes differ.</summary>
    public static bool Matches(string secret, string hash) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(HashOf(secret)), Encoding.ASCII.GetBytes(hash));
}
