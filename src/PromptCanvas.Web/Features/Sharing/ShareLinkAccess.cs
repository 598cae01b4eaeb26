using System.Security.Cryptography;

using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Sharing;

namespace PromptCanvas.Web.Features.Sharing;

/// <summary>Lets in who has a link's address and, where it has one, its password. Pages, bytes, thumbnails and data all come through here.</summary>
internal sealed class ShareLinkAccess(
    IDbContextFactory<AppDbContext> databases, IPasswordHasher<Person> hasher, IDataProtectionProvider protection, LinkLimits limits, TimeProvider clock)
{
    private static readonly TimeSpan ProofLasts = TimeSpan.FromHours(12);

    private readonly ITimeLimitedDataProtector proofs = protection.CreateProtector("share-link").ToTimeLimitedDataProtector();

    /// <summary>The link of an address that works now; null when there is none: unknown, over, revoked, or its owner suspended.</summary>
    public async Task<ShareLink?> FindAsync(string token, CancellationToken cancellationToken)
    {
        var (hash, now) = (SecretToken.HashOf(token), clock.GetUtcNow());
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.ShareLinks.AsNoTracking().SingleOrDefaultAsync(
            link => link.TokenHash == hash && link.RevokedAt == null && link.ExpiresAt > now
                && database.People.Any(person => person.Id == link.PersonId && person.SuspendedAt == null),
            cancellationToken);
    }

    /// <summary>Whether this browser has given the link's password, or needs none.</summary>
    public bool IsOpen(ShareLink link, HttpContext context)
    {
        if (link.PasswordHash is null)
        {
            return true;
        }

        try
        {
            return context.Request.Cookies[CookieOf(link)] is { } proof && proofs.Unprotect(proof) == ProofOf(link);
        }
        catch (CryptographicException)
        {
            return false; // of another installation, or too old
        }
    }

    /// <summary>Tries a password; the right one opens the link to this browser.</summary>
    public LinkAnswer Try(ShareLink link, string token, string password, HttpContext context)
    {
        if (limits.Refuse(context, link.Id))
        {
            return LinkAnswer.TooOften;
        }

        if (link.PasswordHash is null || hasher.VerifyHashedPassword(null!, link.PasswordHash, password) == PasswordVerificationResult.Failed)
        {
            return LinkAnswer.Wrong;
        }

        context.Response.Cookies.Append(CookieOf(link), proofs.Protect(ProofOf(link), ProofLasts), new CookieOptions
        {
            Path = $"{context.Request.PathBase}/s/{token}",
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
            MaxAge = ProofLasts,
        });
        return LinkAnswer.Right;
    }

    /// <summary>Counts a visit.</summary>
    public async Task CountAsync(ShareLink link, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.ShareLinks.Where(row => row.Id == link.Id).ExecuteUpdateAsync(change => change.SetProperty(row => row.Opened, row => row.Opened + 1), cancellationToken);
    }

    private static string CookieOf(ShareLink link) => $"link-{link.Id:N}";

    // Of this link and this password.
    private static string ProofOf(ShareLink link) => $"{link.Id:N} {SecretToken.HashOf(link.PasswordHash!)}";
}

/// <summary>What came of a password.</summary>
internal enum LinkAnswer
{
    Right,
    Wrong,
    TooOften,
}
