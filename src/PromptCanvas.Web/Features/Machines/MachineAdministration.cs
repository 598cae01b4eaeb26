using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Machines;

/// <summary>An administrator's actions on the studio's machines. Each action checks the role again, because hiding buttons is no access check, and is audited.</summary>
internal sealed class MachineAdministration(IMachines machines, IDbContextFactory<AppDbContext> databases, ICurrentActor actor, AuditLog audit)
{
    /// <exception cref="UnauthorizedAccessException">The user is no longer an administrator.</exception>
    public async Task<IReadOnlyList<Machine>> LookAsync(CancellationToken cancellationToken)
    {
        await CheckAsync(cancellationToken);
        return await machines.LookAsync(cancellationToken);
    }

    public Task<Result> DrainAsync(string id, CancellationToken cancellationToken) =>
        ActAsync("machine.drain", id, machines.DrainAsync, cancellationToken);

    public Task<Result> UndrainAsync(string id, CancellationToken cancellationToken) =>
        ActAsync("machine.undrain", id, machines.UndrainAsync, cancellationToken);

    public Task<Result> ForgetAsync(string id, CancellationToken cancellationToken) =>
        ActAsync("machine.forget", id, machines.ForgetAsync, cancellationToken);

    private async Task<Result> ActAsync(string action, string id, Func<string, CancellationToken, Task<Result<string>>> act, CancellationToken cancellationToken)
    {
        var personId = await CheckAsync(cancellationToken);
        if (!(await act(id, cancellationToken)).TryGet(out var name, out var refusal))
        {
            return refusal;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var email = await database.People.Where(person => person.Id == personId).Select(person => person.Email).SingleAsync(cancellationToken);
        await audit.WriteAsync(new AuditActor(personId, email ?? personId.ToString(), null), action, name, id, cancellationToken);
        return Result.Done;
    }

    private async Task<Guid> CheckAsync(CancellationToken cancellationToken)
    {
        var who = await actor.GetAsync(cancellationToken);
        return who.IsAdministrator ? who.PersonId : throw new UnauthorizedAccessException("The user is no longer an administrator.");
    }
}
