using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Results;
using PromptCanvas.Web.Components.Pictures;

namespace PromptCanvas.Web.Features.Create;

/// <summary>Queues pictures for a prompt, for the page and for the API.</summary>
public sealed class GenerateImagesHandler(ISubmissions submissions) : IPictureMaking
{
    /// <summary>Queues the job; no picture exists yet when this returns.</summary>
    /// <returns>The job's id, or why it was refused.</returns>
    public Task<Result<Guid>> HandleAsync(GenerateImages request, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return HandleAsync(request.ToJob(), actor, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Result<Guid>> HandleAsync(NewJob job, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(actor);
        return actor.MayMake
            ? submissions.SubmitAsync(job with { PersonId = actor.PersonId, Role = actor.Role }, cancellationToken)
            : Task.FromResult<Result<Guid>>(new Forbidden("Your role allows viewing pictures, not making them. Ask an administrator for another role."));
    }
}
