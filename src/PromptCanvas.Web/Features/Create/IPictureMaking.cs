using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Web.Features.Create;

/// <summary>Queues what a person wants made; every page and the API come through here.</summary>
public interface IPictureMaking
{
    /// <summary>Queues a job of any kind; no picture exists yet when this returns.</summary>
    /// <returns>The job's id, or why it was refused.</returns>
    Task<Result<Guid>> HandleAsync(NewJob job, Actor actor, CancellationToken cancellationToken);
}
