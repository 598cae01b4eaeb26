using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
internal sealed class PictureQueries(IDbContextFactory<AppDbContext> databases) : IPictureQueries
{
    public async Task<bool> IsOpenAsync(Guid personId, Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Pictures.BehindAddress(new Actor(personId, PersonRoles.Viewer), database.People).AnyAsync(image => image.Id == imageId, cancellationToken);
    }

    public async Task<PictureView?> FindPictureAsync(Actor actor, Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var picture = await database.Pictures.VisibleTo(actor).Union(database.Pictures.InTrashOf(actor)).Where(image => image.Id == imageId).ToViews().SingleOrDefaultAsync(cancellationToken);
        if (picture is null || picture.Kind == JobKinds.Generate)
        {
            return picture;
        }

        var inputs = database.JobInputs.Where(input => input.JobId == picture.JobId && input.Role != JobInputRoles.Mask);
        var parents = await database.Pictures.VisibleTo(actor)
            .Join(inputs, image => (Guid?)image.Id, input => input.ImageId, (image, input) => new { image.Id, input.Slot })
            .OrderBy(parent => parent.Slot).Select(parent => parent.Id).ToListAsync(cancellationToken);
        return picture with { Parents = parents };
    }
}
