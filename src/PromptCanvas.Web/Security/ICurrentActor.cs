using PromptCanvas.Data.Access;

namespace PromptCanvas.Web.Security;

/// <summary>The signed-in user of the current page.</summary>
public interface ICurrentActor
{
    /// <summary>The current state of the user, not the state when the page was opened.</summary>
    /// <exception cref="UnauthorizedAccessException">The user is no longer signed in.</exception>
    ValueTask<Actor> GetAsync(CancellationToken cancellationToken);

    /// <summary>Like <see cref="GetAsync"/>; null if the user is not signed in.</summary>
    ValueTask<Actor?> FindAsync(CancellationToken cancellationToken);
}
