using PromptCanvas.Generation.Nodes;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Machines;

/// <summary>An administrator's actions on the studio's machines.</summary>
internal sealed class MachineAdministration(IMachines machines, AdministratorActs acts)
{
    /// <exception cref="UnauthorizedAccessException">The user is no longer an administrator.</exception>
    public async Task<IReadOnlyList<Machine>> LookAsync(CancellationToken cancellationToken)
    {
        await acts.CheckAsync(cancellationToken);
        return await machines.LookAsync(cancellationToken);
    }

    public Task<Result> DrainAsync(string id, CancellationToken cancellationToken) =>
        acts.ActAsync("machine.drain", id, () => machines.DrainAsync(id, cancellationToken), cancellationToken);

    public Task<Result> UndrainAsync(string id, CancellationToken cancellationToken) =>
        acts.ActAsync("machine.undrain", id, () => machines.UndrainAsync(id, cancellationToken), cancellationToken);

    public Task<Result> ForgetAsync(string id, CancellationToken cancellationToken) =>
        acts.ActAsync("machine.forget", id, () => machines.ForgetAsync(id, cancellationToken), cancellationToken);
}
