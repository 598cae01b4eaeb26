using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Web.Components.Pictures;

/// <summary>Queues jobs for every page and for the API.</summary>
public interface IPictureMaking
{
    /// <summary>Queues a job of any kind; no picture exists yet when this returns.</summary>
    /// <returns>The job's id, or why it was refused.</returns>
    Task<Result<Guid>> HandleAsync(NewJob job, Actor actor, CancellationToken cancellationToken);

    /// <summary>The visibility that a person chose for new pictures.</summary>
    /// <returns>One of <see cref="Data.Pictures.Visibilities"/>; null = no choice.</returns>
    Task<string?> DefaultVisibilityAsync(Actor actor, CancellationToken cancellationToken);
}
