using System.Security.Cryptography;

namespace PromptCanvas.Web.Security;

/// <summary>The random nonce that inline scripts of one response must carry.</summary>
internal sealed class CspNonce
{
    // Hexadecimal, so that no HTML encoder changes it.
    public string Value { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
