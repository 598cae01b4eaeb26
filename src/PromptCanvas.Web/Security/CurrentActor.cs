using Microsoft.AspNetCore.Components.Authorization;
using PromptCanvas.Data.Access;

namespace PromptCanvas.Web.Security;

/// <inheritdoc/>
internal sealed class CurrentActor(AuthenticationStateProvider authentication, PersonStates states) : ICurrentActor
{
    public async ValueTask<Actor> GetAsync(CancellationToken cancellationToken) =>
        await FindAsync(cancellationToken) ?? throw new UnauthorizedAccessException("The user is no longer signed in.");

    public async ValueTask<Actor?> FindAsync(CancellationToken cancellationToken)
    {
        var principal = (await authentication.GetAuthenticationStateAsync()).User;
        return principal.PersonId() is { } id && await states.FindAsync(id, cancellationToken) is { IsSuspended: false } state
            ? new Actor(id, state.Role)
            : null;
    }
}
