using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Pictures;

namespace PromptCanvas.Web.Components.Pictures;

/// <summary>Changes a picture's visibility; only its owner may.</summary>
public sealed class PictureSharing(IDbContextFactory<AppDbContext> databases)
{
    /// <returns>False when the picture does not belong to the actor.</returns>
    public async Task<bool> SetAsync(Actor actor, Guid pictureId, string visibility, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return Visibilities.All.Contains(visibility)
            && await database.Pictures.Where(picture => picture.Id == pictureId && picture.PersonId == actor.PersonId)
                .ExecuteUpdateAsync(change => change.SetProperty(picture => picture.Visibility, visibility), cancellationToken) > 0;
    }
}
