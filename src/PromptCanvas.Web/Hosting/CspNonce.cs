using System.Security.Cryptography;

namespace PromptCanvas.Web.Hosting;

/// <summary>The random value that inline scripts of one response must carry.</summary>
internal sealed class CspNonce
{
    public string Value { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
}
