using System.ComponentModel.DataAnnotations;

using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace PromptCanvas.Data.People;

/// <summary>Makes people and the links that let them in.</summary>
public sealed class Accounts(UserManager<Person> people, AppDbContext database, TimeProvider clock)
{
    private const int LongestName = 100;
    private const int LongestEmail = 256;
    private const string NoLink = "This link is not valid any more. Ask an administrator for a new one.";

    private static readonly TimeSpan InvitationLife = TimeSpan.FromDays(7);
    private static readonly TimeSpan ResetLife = TimeSpan.FromHours(24);

    /// <summary>Makes a person who can sign in with a password at once.</summary>
    /// <param name="trusted">The password comes from whoever runs the installation and is taken as it is.</param>
    public async Task<AccountOutcome> CreateAsync(string email, string role, string password, bool trusted = false)
    {
        if (!TryMake(email, role, out var person, out var refusal))
        {
            return AccountOutcome.Refused(refusal);
        }

        if (trusted)
        {
            person.PasswordHash = people.PasswordHasher.HashPassword(person, password);
        }

        person.EmailConfirmed = trusted;
        return Outcome(person, trusted ? await people.CreateAsync(person) : await people.CreateAsync(person, password));
    }

    /// <summary>Makes a person whom a provider vouches for, without a password.</summary>
    /// <param name="email">Checked by the provider.</param>
    public async Task<AccountOutcome> CreateFromProviderAsync(string email, string? displayName, string role)
    {
        if (!TryMake(email, role, out var person, out var refusal))
        {
            return AccountOutcome.Refused(refusal);
        }

        person.DisplayName = NameOf(displayName) ?? person.DisplayName;
        person.EmailConfirmed = true;
        return Outcome(person, await people.CreateAsync(person));
    }

    /// <summary>Makes a person without a password, and the link to set one.</summary>
    public async Task<AccountOutcome> InviteAsync(string email, string role)
    {
        if (!TryMake(email, role, out var person, out var refusal))
        {
            return AccountOutcome.Refused(refusal);
        }

        var made = Outcome(person, await people.CreateAsync(person));
        return made.Done ? made with { Token = await AddLinkAsync(person.Id, AccountLinkKinds.Invitation, InvitationLife) } : made;
    }

    /// <summary>A new link for somebody who cannot get in; older ones stop working.</summary>
    /// <returns>The token; null when there is no such person.</returns>
    public async Task<string?> MakeLinkAsync(Guid personId)
    {
        if (await people.FindByIdAsync(personId.ToString()) is not { } person)
        {
            return null;
        }

        var kind = person.PasswordHash is null ? AccountLinkKinds.Invitation : AccountLinkKinds.Reset;
        return await AddLinkAsync(personId, kind, kind == AccountLinkKinds.Reset ? ResetLife : InvitationLife);
    }

    /// <summary>Whose link it is; null when it is unknown, used, too old, or its owner is suspended.</summary>
    public async Task<Person?> FindByLinkAsync(string? token, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(token))
        {
            return null;
        }

        var hash = SecretToken.HashOf(token);
        var now = clock.GetUtcNow();
        var personId = await database.AccountLinks
            .Where(link => link.TokenHash == hash && link.UsedAt == null && link.ExpiresAt > now)
            .Select(link => (Guid?)link.PersonId).SingleOrDefaultAsync(cancellationToken);
        return personId is { } id ? await database.People.SingleOrDefaultAsync(person => person.Id == id && person.SuspendedAt == null, cancellationToken) : null;
    }

    /// <summary>Sets the password of the link's owner. The link is used up; every session there was ends.</summary>
    public async Task<AccountOutcome> RedeemAsync(string? token, string? displayName, string password, CancellationToken cancellationToken)
    {
        if (await FindByLinkAsync(token, cancellationToken) is not { } person)
        {
            return AccountOutcome.Refused(NoLink);
        }

        foreach (var validator in people.PasswordValidators)
        {
            var valid = await validator.ValidateAsync(people, person, password);
            if (!valid.Succeeded)
            {
                return Outcome(person, valid);
            }
        }

        var hash = SecretToken.HashOf(token!);
        var now = clock.GetUtcNow();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var used = await database.AccountLinks.Where(link => link.TokenHash == hash && link.UsedAt == null)
            .ExecuteUpdateAsync(change => change.SetProperty(link => link.UsedAt, now), cancellationToken);
        if (used == 0)
        {
            return AccountOutcome.Refused(NoLink);
        }

        person.PasswordHash = people.PasswordHasher.HashPassword(person, password);
        person.EmailConfirmed = true;
        person.LockoutEnd = null;
        person.AccessFailedCount = 0;
        person.DisplayName = NameOf(displayName) ?? person.DisplayName;
        var outcome = Outcome(person, await people.UpdateSecurityStampAsync(person));
        if (outcome.Done)
        {
            await transaction.CommitAsync(cancellationToken);
        }

        return outcome;
    }

    private static AccountOutcome Outcome(Person person, IdentityResult result) =>
        result.Succeeded ? new AccountOutcome(person, null) : AccountOutcome.Refused(string.Join(' ', result.Errors.Select(Sentence).Distinct()));

    private static string Sentence(IdentityError error) => error.Code switch
    {
        nameof(IdentityErrorDescriber.DuplicateUserName) or nameof(IdentityErrorDescriber.DuplicateEmail) => "There is an account with this e-mail address already.",
        nameof(IdentityErrorDescriber.PasswordTooShort) => "The password is shorter than 15 characters. A few words with spaces between them do well.",
        _ => error.Description,
    };

    private static string? NameOf(string? displayName) =>
        displayName?.Trim() is { Length: > 0 and <= LongestName } name && !name.Any(char.IsControl) ? name : null;

    private bool TryMake(string email, string role, out Person person, out string refusal)
    {
        var address = email?.Trim() ?? "";
        person = new Person
        {
            Id = Guid.NewGuid(),
            UserName = address,
            Email = address,
            DisplayName = NameOf(address.Split('@')[0]) ?? address,
            Role = role,
            CreatedAt = clock.GetUtcNow(),
            LockoutEnabled = true,
        };
        refusal = !new EmailAddressAttribute().IsValid(address) || address.Length is 0 or > LongestEmail || address.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter))
            ? "This is no e-mail address."
            : PersonRoles.All.Contains(role) ? "" : $"There is no role {role}; choose {string.Join(", ", PersonRoles.All)}.";
        return refusal.Length == 0;
    }

    private async Task<string> AddLinkAsync(Guid personId, string kind, TimeSpan life)
    {
        var now = clock.GetUtcNow();
        await database.AccountLinks.Where(link => link.PersonId == personId && link.UsedAt == null)
            .ExecuteUpdateAsync(change => change.SetProperty(link => link.UsedAt, now));
        var token = SecretToken.Create();
        database.AccountLinks.Add(new AccountLink
        {
            Id = Guid.NewGuid(),
            PersonId = personId,
            Kind = kind,
            TokenHash = SecretToken.HashOf(token),
            CreatedAt = now,
            ExpiresAt = now + life,
        });
        await database.SaveChangesAsync();
        return token;
    }
}
