using PromptCanvas.Data.Access;

namespace PromptCanvas.Web.Security;

/// <summary>Whose page this is.</summary>
public interface ICurrentActor
{
    /// <summary>The person as they are now, not as they were when the page was opened.</summary>
    /// <exception cref="UnauthorizedAccessException">Nobody is signed in any more.</exception>
    ValueTask<Actor> GetAsync(CancellationToken cancellationToken);
}
