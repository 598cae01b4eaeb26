using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using PromptCanvas.Web.Mail;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Addresses that unsubscribe a person from digests without signing in. They give no other access, so they never expire.</summary>
internal sealed class DigestLinks(IDataProtectionProvider protection, Mailer mailer)
{
    /// <summary>The path that ends digests, by POST.</summary>
    public const string OneClickPath = "/unsubscribe/now";

    private const int GuidSize = 16;

    private readonly IDataProtector protector = protection.CreateProtector("PromptCanvas.Digests.Unsubscribe");

    public string TokenOf(Guid personId) => Base64Url.EncodeToString(protector.Protect(personId.ToByteArray()));

    /// <summary>The confirmation page, for the text of the mail.</summary>
    public Uri PageOf(Guid personId) => mailer.AddressOf($"/unsubscribe?token={TokenOf(personId)}");

    /// <summary>The address to which mail programs post.</summary>
    public Uri OneClickOf(Guid personId) => mailer.AddressOf($"{OneClickPath}?token={TokenOf(personId)}");

    /// <summary>Null for an invalid token.</summary>
    public Guid? Read(string? token)
    {
        if (string.IsNullOrEmpty(token) || !Base64Url.IsValid(token))
        {
            return null;
        }

        try
        {
            return protector.Unprotect(Base64Url.DecodeFromChars(token)) is { Length: GuidSize } bytes ? new Guid(bytes) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
