using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Results;
using PromptCanvas.Data.Texts;

namespace PromptCanvas.Data.Identity;

/// <summary>Creates people, and links that let them set a password.</summary>
public sealed class Accounts(UserManager<Person> people, AppDbContext database, TimeProvider clock)
{
    private const string NoLink = "This link no longer works. Ask an administrator for a new one.";

    private static readonly TimeSpan InvitationLife = TimeSpan.FromDays(7);
    private static readonly TimeSpan ResetLife = TimeSpan.FromHours(24);

    /// <summary>Creates a person who can sign in with a password at once.</summary>
    /// <param name="trusted">The operator of the installation chose the password, so it is not validated.</param>
    public async Task<Result<Person>> CreateAsync(string email, string role, string password, bool trusted = false)
    {
        if (!Make(email, role).TryGet(out var person, out var refusal))
        {
            return refusal;
        }

        if (trusted)
        {
            person.PasswordHash = people.PasswordHasher.HashPassword(person, password);
        }

        person.EmailConfirmed = trusted;
        return Outcome(person, trusted ? await people.CreateAsync(person) : await people.CreateAsync(person, password));
    }

    /// <summary>Creates a person who signs in through an identity provider, without a password.</summary>
    /// <param name="email">Verified by the provider.</param>
    public async Task<Result<Person>> CreateFromProviderAsync(string email, string? displayName, string role)
    {
        if (!Make(email, role).TryGet(out var person, out var refusal))
        {
            return refusal;
        }

        person.DisplayName = ShortName.Read(displayName) ?? person.DisplayName;
        person.EmailConfirmed = true;
        return Outcome(person, await people.CreateAsync(person));
    }

    /// <summary>Creates a person without a password, and the link to set one.</summary>
    public async Task<Result<Invitation>> InviteAsync(string email, string role)
    {
        if (!Make(email, role).TryGet(out var person, out var refusal))
        {
            return refusal;
        }

        return Outcome(person, await people.CreateAsync(person)).Refusal is { } refused
            ? refused
            : new Invitation(person, await AddLinkAsync(person.Id, AccountLinkKinds.Invitation, InvitationLife));
    }

    /// <summary>Creates a new link for a person who cannot sign in; older links become invalid.</summary>
    /// <returns>The token; null if there is no such person.</returns>
    public async Task<string?> MakeLinkAsync(Guid personId)
    {
        if (await people.FindByIdAsync(personId.ToString()) is not { } person)
        {
            return null;
        }

        var kind = person.PasswordHash is null ? AccountLinkKinds.Invitation : AccountLinkKinds.Reset;
        return await AddLinkAsync(personId, kind, kind == AccountLinkKinds.Reset ? ResetLife : InvitationLife);
    }

    /// <summary>The owner of a link; null if the link is unknown, used or expired, or the owner is suspended.</summary>
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

    /// <summary>Sets the password of the link's owner. Uses up the link and ends all of the owner's sessions.</summary>
    public async Task<Result<Person>> RedeemAsync(string? token, string? displayName, string password, CancellationToken cancellationToken)
    {
        if (await FindByLinkAsync(token, cancellationToken) is not { } person)
        {
            return new NotFound(NoLink);
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
            return new NotFound(NoLink);
        }

        person.PasswordHash = people.PasswordHasher.HashPassword(person, password);
        person.EmailConfirmed = true;
        person.DisplayName = ShortName.Read(displayName) ?? person.DisplayName;
        var outcome = Outcome(person, await people.UpdateSecurityStampAsync(person));
        if (outcome.Refusal is null)
        {
            // The owner starts over: failures before the new password do not count.
            await database.SignInLocks.Where(row => row.PersonId == person.Id).ExecuteDeleteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return outcome;
    }

    private static Result<Person> Outcome(Person person, IdentityResult result) =>
        result.Succeeded ? person : new InvalidInput("account", string.Join(' ', result.Errors.Select(Sentence).Distinct()));

    private static string Sentence(IdentityError error) => error.Code switch
    {
        nameof(IdentityErrorDescriber.DuplicateUserName) or nameof(IdentityErrorDescriber.DuplicateEmail) => "An account with this e-mail address already exists.",
        nameof(IdentityErrorDescriber.PasswordTooShort) => "The password is shorter than 15 characters. A few words separated by spaces work well.",
        _ => error.Description,
    };

    private Result<Person> Make(string email, string role)
    {
        var address = email?.Trim() ?? "";
        if (!MailAddress.IsUsable(address))
        {
            return new InvalidInput("email", "This is not a valid e-mail address.");
        }

        if (!PersonRoles.All.Contains(role))
        {
            return new InvalidInput("role", $"There is no role {role}; choose {string.Join(", ", PersonRoles.All)}.");
        }

        return new Person
        {
            Id = Guid.NewGuid(),
            UserName = address,
            Email = address,
            DisplayName = ShortName.Read(address.Split('@')[0]) ?? address,
            Role = role,
            CreatedAt = clock.GetUtcNow(),
        };
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
