using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;

namespace PromptCanvas.Web.Components.Runs;

/// <summary>A person's defaults for new pictures.</summary>
public sealed class PersonDefaults(IDbContextFactory<AppDbContext> databases)
{
    /// <returns>One of <see cref="Data.Pictures.Visibilities"/>; null = no choice.</returns>
    public async Task<string?> VisibilityAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.People.Where(person => person.Id == personId).Select(person => person.DefaultVisibility).SingleOrDefaultAsync(cancellationToken);
    }
}
