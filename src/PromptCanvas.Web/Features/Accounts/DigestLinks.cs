using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using PromptCanvas.Web.Mail;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Addresses in digests that end them for one person, without signing in. They do nothing else, so they never expire.</summary>
internal sealed class DigestLinks(IDataProtectionProvider protection, Mailer mailer)
{
    /// <summary>The path that ends digests, by POST.</summary>
    public const string OneClickPath = "/unsubscribe/now";

    private const int GuidSize = 16;

    private readonly IDataProtector protector = protection.CreateProtector("PromptCanvas.Digests.Unsubscribe");

    public string TokenOf(Guid personId) => Base64Url.EncodeToString(protector.Protect(personId.ToByteArray()));

    /// <summary>The page that asks, for the text of the mail.</summary>
    public Uri PageOf(Guid personId) => mailer.AddressOf($"/unsubscribe?token={TokenOf(personId)}");

    /// <summary>The address that mail programs post to.</summary>
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
