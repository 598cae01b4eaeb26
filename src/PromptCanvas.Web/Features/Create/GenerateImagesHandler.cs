using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Web.Components.Pictures;

namespace PromptCanvas.Web.Features.Create;

/// <summary>Queues pictures for a prompt, for the page and for the API.</summary>
public sealed class GenerateImagesHandler(ISubmissions submissions, IDbContextFactory<AppDbContext> databases) : IPictureMaking
{
    /// <summary>Queues the job; no picture exists yet when this returns.</summary>
    /// <returns>The job's id, or why it was refused.</returns>
    public Task<Result<Guid>> HandleAsync(GenerateImages request, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return HandleAsync(request.ToJob(), actor, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Result<Guid>> HandleAsync(NewJob job, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.MayMake)
        {
            return new Forbidden("Your role allows viewing pictures, not making them. Ask an administrator for another role.");
        }

        // "Team" is the default visibility, except for pictures that are made from a private picture. Drafts have theirs already.
        var visibility = job.Visibility is not null || job.Operation is FinishOperation ? job.Visibility : await DefaultVisibilityAsync(actor, cancellationToken) is Visibilities.Private ? Visibilities.Private : null;
        return await submissions.SubmitAsync(job with { PersonId = actor.PersonId, Role = actor.Role, Visibility = visibility }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<string?> DefaultVisibilityAsync(Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.People.Where(person => person.Id == actor.PersonId).Select(person => person.DefaultVisibility).SingleOrDefaultAsync(cancellationToken);
    }
}
