using System.Security.Cryptography;

namespace PromptCanvas.Web.Security;

/// <summary>The random value that inline scripts of one response must carry.</summary>
internal sealed class CspNonce
{
    // Hexadecimal, so that no encoder on the way changes a letter of it.
    public string Value { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
