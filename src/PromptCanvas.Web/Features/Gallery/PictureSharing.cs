using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Pictures;

namespace PromptCanvas.Web.Features.Gallery;

/// <summary>Who may see a picture: its owner says so, and nobody else.</summary>
public sealed class PictureSharing(IDbContextFactory<AppDbContext> databases)
{
    /// <returns>Whether it was this actor's picture.</returns>
    public async Task<bool> SetAsync(Actor actor, Guid pictureId, string visibility, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return Visibilities.All.Contains(visibility)
            && await database.Images.Where(image => image.Id == pictureId && image.PersonId == actor.PersonId)
                .ExecuteUpdateAsync(change => change.SetProperty(image => image.Visibility, visibility), cancellationToken) > 0;
    }
}
