using PromptCanvas.Data.People;
using PromptCanvas.Generation.Jobs;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Web.Features.Edit;

/// <summary>Queues the editing of a picture.</summary>
public sealed class EditPictureHandler(ISubmissions submissions)
{
    /// <summary>Queues the job; no picture exists yet when this returns.</summary>
    /// <returns>The job's id, or why it was refused.</returns>
    public Task<Result<Guid>> HandleAsync(EditPicture request, Viewer viewer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(viewer);
        return viewer.MayMake
            ? submissions.SubmitAsync(request.ToJob() with { PersonId = viewer.PersonId, Role = viewer.Role }, cancellationToken)
            : Task.FromResult<Result<Guid>>(new Forbidden("You may look at what the team makes, and not edit it. Ask an administrator for another role."));
    }
}
