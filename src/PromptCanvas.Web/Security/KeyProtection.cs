using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Web.Security;

/// <summary>Encrypts signing keys with the data-protection keys, which are not in the database of a single process.</summary>
internal sealed class KeyProtection(IDataProtectionProvider protection) : IKeyProtection
{
    private readonly IDataProtector protector = protection.CreateProtector("PromptCanvas.SigningKeys");

    public byte[] Protect(byte[] key) => protector.Protect(key);

    public byte[]? Unprotect(byte[] protectedKey)
    {
        try
        {
            return protector.Unprotect(protectedKey);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
