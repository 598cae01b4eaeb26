using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;

namespace PromptCanvas.Web.Resources;

/// <summary>The language that a person chose, stored as a claim of the account.</summary>
internal static class PersonLanguages
{
    /// <summary>Null = the person chose none.</summary>
    public static Task<string?> LanguageOfAsync(this AppDbContext database, Guid personId, CancellationToken cancellationToken) =>
        database.Set<IdentityUserClaim<Guid>>()
            .Where(claim => claim.UserId == personId && claim.ClaimType == Languages.Claim)
            .Select(claim => claim.ClaimValue).FirstOrDefaultAsync(cancellationToken);

    /// <summary>The language of a mail to the person. Without a choice there is no browser to ask: English.</summary>
    public static async Task<string> MailLanguageOfAsync(this AppDbContext database, Guid personId, CancellationToken cancellationToken) =>
        await database.LanguageOfAsync(personId, cancellationToken) ?? Languages.English;
}
