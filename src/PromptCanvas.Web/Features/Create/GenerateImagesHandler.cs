using PromptCanvas.Data.People;
using PromptCanvas.Generation.Jobs;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Web.Features.Create;

/// <summary>Queues pictures for a prompt; the page and the API both come through here.</summary>
public sealed class GenerateImagesHandler(ISubmissions submissions) : IPictureMaking
{
    /// <summary>Queues the job; no picture exists yet when this returns.</summary>
    /// <returns>The job's id, or why it was refused.</returns>
    public Task<Result<Guid>> HandleAsync(GenerateImages request, Viewer viewer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return HandleAsync(request.ToJob(), viewer, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Result<Guid>> HandleAsync(NewJob job, Viewer viewer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(viewer);
        return viewer.MayMake
            ? submissions.SubmitAsync(job with { PersonId = viewer.PersonId, Role = viewer.Role }, cancellationToken)
            : Task.FromResult<Result<Guid>>(new Forbidden("You may look at what the team makes, and not make pictures yourself. Ask an administrator for another role."));
    }
}
