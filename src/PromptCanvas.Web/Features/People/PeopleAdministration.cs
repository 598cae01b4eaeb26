using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.People;

/// <summary>An administrator's actions on accounts. Every action is audited and applies at once.</summary>
internal sealed class PeopleAdministration(
    UserManager<Person> people, IDbContextFactory<AppDbContext> databases, Sessions sessions, ISubmissions submissions, AuditLog audit, TimeProvider clock)
{
    private const string LastAdministrator = "This is the last administrator. Make another person an administrator first.";

    /// <param name="words">Part of a name or address; null = everyone.</param>
    public async Task<IReadOnlyList<Person>> ListAsync(string? words, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var people = database.People.AsNoTracking();
        if (words?.Trim().ToUpperInvariant() is { Length: > 0 } wanted)
        {
            // In the database, because LIKE differs in case sensitivity between SQLite and PostgreSQL.
#pragma warning disable CA1304, CA1311, CA1862
            people = people.Where(person => person.DisplayName.ToUpper().Contains(wanted) || person.NormalizedEmail!.Contains(wanted));
#pragma warning restore CA1304, CA1311, CA1862
        }

        return await people.OrderBy(person => person.DisplayName).ThenBy(person => person.Email).ToListAsync(cancellationToken);
    }

    public async Task<Result> SetRoleAsync(AuditActor actor, Guid personId, string role, CancellationToken cancellationToken)
    {
        if (await people.FindByIdAsync(personId.ToString()) is not { } person || !PersonRoles.All.Contains(role))
        {
            return new NotFound("There is no such person or role.");
        }

        if (role != PersonRoles.Administrator && await IsLastAdministratorAsync(person, cancellationToken))
        {
            return new Forbidden(LastAdministrator);
        }

        var before = person.Role;
        person.Role = role;
        await people.UpdateAsync(person);
        sessions.Refresh(personId);
        await audit.WriteAsync(actor, "people.role", person.Email, $"{before} → {role}", cancellationToken);
        return Result.Done;
    }

    /// <summary>Ends the person's sessions, cancels their jobs and blocks sign-in until <see cref="RestoreAsync"/>.</summary>
    public async Task<Result> SuspendAsync(AuditActor actor, Guid personId, CancellationToken cancellationToken)
    {
        if (await people.FindByIdAsync(personId.ToString()) is not { } person)
        {
            return new NotFound("There is no such person.");
        }

        if (await IsLastAdministratorAsync(person, cancellationToken))
        {
            return new Forbidden(LastAdministrator);
        }

        person.SuspendedAt = clock.GetUtcNow();
        await people.UpdateSecurityStampAsync(person);
        sessions.End(personId);
        return await FinishSuspensionAsync(actor, person);
    }

    // Not cancellable: the account is suspended already, and the administrator may have ended their own session with it.
    private async Task<Result> FinishSuspensionAsync(AuditActor actor, Person person)
    {
        var outcome = "jobs not stopped";
        try
        {
            var stopping = await submissions.CancelAllOfAsync(person.Id, "The account was suspended.", CancellationToken.None);
            if (!stopping.TryGet(out var stopped, out var refusal))
            {
                return new Unavailable($"{person.Email} is suspended, but their jobs were not stopped: {refusal.Message} Cancel them on the Queue page.");
            }

            outcome = $"{stopped} jobs stopped";
            return Result.Done;
        }
        finally
        {
            await audit.WriteAsync(actor, "people.suspend", person.Email, outcome, CancellationToken.None);
        }
    }

    public async Task RestoreAsync(AuditActor actor, Guid personId, CancellationToken cancellationToken)
    {
        if (await people.FindByIdAsync(personId.ToString()) is { } person)
        {
            person.SuspendedAt = null;
            await people.UpdateAsync(person);
            sessions.Refresh(personId);
            await audit.WriteAsync(actor, "people.restore", person.Email, null, cancellationToken);
        }
    }

    /// <summary>Removes a person who was invited and has never signed in; the invitation is void.</summary>
    /// <returns>Whether there was such a person.</returns>
    public async Task<bool> CancelInvitationAsync(AuditActor actor, Guid personId, CancellationToken cancellationToken)
    {
        if (await people.FindByIdAsync(personId.ToString()) is not { } person || !IsInvited(person))
        {
            return false;
        }

        await people.DeleteAsync(person);
        sessions.End(personId);
        await audit.WriteAsync(actor, "people.uninvite", person.Email, null, cancellationToken);
        return true;
    }

    public static bool IsInvited(Person person) => person is { PasswordHash: null, LastSignInAt: null, SuspendedAt: null };

    private async Task<bool> IsLastAdministratorAsync(Person person, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return person.Role == PersonRoles.Administrator && !await database.People.AnyAsync(
            other => other.Id != person.Id && other.Role == PersonRoles.Administrator && other.SuspendedAt == null, cancellationToken);
    }
}
