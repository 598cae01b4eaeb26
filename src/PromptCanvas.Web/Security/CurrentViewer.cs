using Microsoft.AspNetCore.Components.Authorization;

using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Security;

/// <inheritdoc/>
internal sealed class CurrentViewer(AuthenticationStateProvider authentication, PersonStates states) : ICurrentViewer
{
    public async ValueTask<Viewer> GetAsync(CancellationToken cancellationToken)
    {
        var principal = (await authentication.GetAuthenticationStateAsync()).User;
        return principal.PersonId() is { } id && await states.FindAsync(id, cancellationToken) is { IsSuspended: false } state
            ? new Viewer(id, state.Role)
            : throw new UnauthorizedAccessException("Nobody is signed in any more.");
    }
}
