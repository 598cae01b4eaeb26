using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
internal sealed class PictureQueries(IDbContextFactory<AppDbContext> databases) : IPictureQueries
{
    public async Task<bool> IsOpenAsync(Guid personId, Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Pictures.BehindAddress(new Actor(personId, PersonRoles.Viewer), database.People).AnyAsync(picture => picture.Id == imageId, cancellationToken);
    }

    public async Task<PictureView?> FindPictureAsync(Actor actor, Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var picture = await database.Pictures.VisibleTo(actor).Union(database.Pictures.InTrashOf(actor)).Where(row => row.Id == imageId).ToViews().SingleOrDefaultAsync(cancellationToken);
        if (picture is null || picture.Kind == JobKinds.Generate)
        {
            return picture;
        }

        var inputs = database.JobInputs.Where(input => input.JobId == picture.JobId && !JobInputRoles.NoParents.Contains(input.Role));
        var parents = await database.Pictures.VisibleTo(actor)
            .Join(inputs, parent => (Guid?)parent.Id, input => input.ImageId, (parent, input) => new { parent.Id, input.Slot })
            .OrderBy(parent => parent.Slot).Select(parent => parent.Id).ToListAsync(cancellationToken);
        return picture with { Parents = parents };
    }

    public async Task<PictureView?> FindDraftAsync(Actor actor, Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Pictures.DraftsOf(actor).Where(row => row.Id == imageId).ToViews().SingleOrDefaultAsync(cancellationToken);
    }

    public async Task<PictureView?> FindWithSettingsAsync(Actor actor, Guid imageId, CancellationToken cancellationToken)
    {
        if (await FindPictureAsync(actor, imageId, cancellationToken) is not { } picture)
        {
            return null;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var made = await (
            from row in database.Pictures
            where row.Id == picture.Id
            join job in database.Jobs on row.JobId equals job.Id
            select new { row.Recipe, job.NegativePrompt }).SingleAsync(cancellationToken);
        return picture with { NegativePrompt = made.NegativePrompt, Recipe = JobJson.Read<EffectiveRecipe>(made.Recipe) };
    }
}
