using System.Security.Cryptography;

using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Sharing;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Sharing;

/// <summary>Checks a link's token and password, for pages, bytes, thumbnails and data.</summary>
internal sealed class ShareLinkAccess(
    IDbContextFactory<AppDbContext> databases, IPasswordHasher<Person> hasher, IDataProtectionProvider protection, LinkLimits limits, TimeProvider clock)
{
    private static readonly TimeSpan ProofLasts = TimeSpan.FromHours(12);

    private readonly ITimeLimitedDataProtector proofs = protection.CreateProtector("share-link").ToTimeLimitedDataProtector();

    /// <summary>The valid link of a token; null when it is unknown, expired or revoked, or its owner is suspended.</summary>
    public async Task<ShareLink?> FindAsync(string token, CancellationToken cancellationToken)
    {
        var (hash, now) = (SecretToken.HashOf(token), clock.GetUtcNow());
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.ShareLinks.AsNoTracking().SingleOrDefaultAsync(
            link => link.TokenHash == hash && link.RevokedAt == null && link.ExpiresAt > now
                && database.People.Any(person => person.Id == link.PersonId && person.SuspendedAt == null),
            cancellationToken);
    }

    /// <summary>Whether this browser has entered the link's password, or the link needs none.</summary>
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
            return false; // issued by another installation, or expired
        }
    }

    /// <summary>Checks a password; the right one sets a cookie that opens the link in this browser. After too many tries the response is 429.</summary>
    public async Task<LinkAnswer> TryAsync(ShareLink link, string token, string password, HttpContext context)
    {
        if (await limits.RefuseAsync(context, link.Id) is { } wait)
        {
            TooManyAttempts.Answer(context, wait);
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

    /// <summary>Counts a view.</summary>
    public async Task CountAsync(ShareLink link, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.ShareLinks.Where(row => row.Id == link.Id).ExecuteUpdateAsync(change => change.SetProperty(row => row.Opened, row => row.Opened + 1), cancellationToken);
    }

    private static string CookieOf(ShareLink link) => $"link-{link.Id:N}";

    // Bound to the link and its current password.
    private static string ProofOf(ShareLink link) => $"{link.Id:N} {SecretToken.HashOf(link.PasswordHash!)}";
}

/// <summary>Result of a password check.</summary>
internal enum LinkAnswer
{
    Right,
    Wrong,
    TooOften,
}
