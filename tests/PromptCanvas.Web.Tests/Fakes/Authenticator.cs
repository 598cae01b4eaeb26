using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>An authenticator app: RFC 6238 with SHA-1, 30 seconds and six digits.</summary>
internal static class Authenticator
{
    /// <param name="key">As the page shows it: Base32 in groups.</param>
    public static string CodeOf(string key, DateTimeOffset at)
    {
        var counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, at.ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // The algorithm is fixed by the authenticator apps.
        var hash = HMACSHA1.HashData(FromBase32(key.Replace(" ", "", StringComparison.Ordinal)), counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static byte[] FromBase32(string text)
    {
        var bits = string.Concat(text.Select(letter => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(at => Convert.ToByte(bits.Substring(at * 8, 8), 2))];
    }
}
