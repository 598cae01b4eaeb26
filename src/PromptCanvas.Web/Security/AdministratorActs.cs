using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;

namespace PromptCanvas.Web.Security;

/// <summary>An administrator's acts on a page. Each act checks the role again, because hiding buttons is no access check, and is audited.</summary>
internal sealed class AdministratorActs(IDbContextFactory<AppDbContext> databases, ICurrentActor actor, AuditLog audit)
{
    /// <returns>The administrator's id.</returns>
    /// <exception cref="UnauthorizedAccessException">The user is no longer an administrator.</exception>
    public async Task<Guid> CheckAsync(CancellationToken cancellationToken)
    {
        var who = await actor.GetAsync(cancellationToken);
        return who.IsAdministrator ? who.PersonId : throw new UnauthorizedAccessException("The user is no longer an administrator.");
    }

    /// <summary>Does an act, and writes it to the audit log unless it was refused.</summary>
    /// <exception cref="UnauthorizedAccessException">The user is no longer an administrator.</exception>
    public Task<Result> ActAsync(string action, string? target, string? detail, Func<AuditActor, Task<Result>> act, CancellationToken cancellationToken) =>
        ActAsync(action, detail, async doer => (await act(doer), target), cancellationToken);

    /// <summary>The same for an act that returns the name of its target.</summary>
    /// <exception cref="UnauthorizedAccessException">The user is no longer an administrator.</exception>
    public Task<Result> ActAsync(string action, string? detail, Func<Task<Result<string>>> act, CancellationToken cancellationToken) =>
        ActAsync(action, detail, async _ => (await act()).TryGet(out var name, out var refusal) ? (Result.Done, name) : (refusal, null), cancellationToken);

    private async Task<Result> ActAsync(string action, string? detail, Func<AuditActor, Task<(Result Done, string? Target)>> act, CancellationToken cancellationToken)
    {
        var personId = await CheckAsync(cancellationToken);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var email = await database.People.Where(person => person.Id == personId).Select(person => person.Email).SingleAsync(cancellationToken);
        var doer = new AuditActor(personId, email ?? personId.ToString(), null);
        var (done, target) = await act(doer);
        if (done.Refusal is null)
        {
            await audit.WriteAsync(doer, action, target, detail, cancellationToken);
        }

        return done;
    }
}
