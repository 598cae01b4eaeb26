using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Queue;

/// <summary>Notifies people when others make pictures from theirs.</summary>
internal static class RemixNotices
{
    /// <summary>Adds the notices to the caller's transaction. A private job adds none, because it must not become known to others.</summary>
    public static async Task AddAsync(AppDbContext database, Job row, CancellationToken cancellationToken)
    {
        if (row.PersonId is not { } maker || row.Visibility == Visibilities.Private || row.Inputs.Count == 0)
        {
            return;
        }

        var sources = row.Inputs.Where(input => input.Role != JobInputRoles.Mask).Select(input => input.ImageId).OfType<Guid>().Distinct().ToList();
        var theirs = await database.Pictures.Where(image => sources.Contains(image.Id) && image.PersonId != null && image.PersonId != maker)
            .Select(image => new { image.Id, Owner = image.PersonId!.Value, image.Prompt }).ToListAsync(cancellationToken);
        if (theirs.Count == 0)
        {
            return;
        }

        var name = await database.People.Where(person => person.Id == maker).Select(person => person.DisplayName).SingleOrDefaultAsync(cancellationToken);
        var known = await database.People.Where(person => theirs.Select(image => image.Owner).Contains(person.Id)).Select(person => person.Id).ToListAsync(cancellationToken);
        database.Notices.AddRange(theirs.Where(image => known.Contains(image.Owner)).Select(image => new Notice
        {
            PersonId = image.Owner,
            Kind = NoticeKinds.Remixed,
            ImageId = image.Id,
            ByPersonId = maker,
            By = name ?? "",
            Reason = Excerpt.Of(image.Prompt),
            At = row.CreatedAt,
        }));
    }
}
