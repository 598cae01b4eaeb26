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

        var sources = row.Inputs.Where(input => !JobInputRoles.NoParents.Contains(input.Role)).Select(input => input.ImageId).OfType<Guid>().Distinct().ToList();
        var theirs = await database.Pictures.Where(picture => sources.Contains(picture.Id) && picture.PersonId != null && picture.PersonId != maker)
            .Select(picture => new { picture.Id, Owner = picture.PersonId!.Value, picture.Prompt }).ToListAsync(cancellationToken);
        if (theirs.Count == 0)
        {
            return;
        }

        var name = await database.People.Where(person => person.Id == maker).Select(person => person.DisplayName).SingleOrDefaultAsync(cancellationToken);
        var known = await database.People.Where(person => theirs.Select(picture => picture.Owner).Contains(person.Id)).Select(person => person.Id).ToListAsync(cancellationToken);
        database.Notices.AddRange(theirs.Where(picture => known.Contains(picture.Owner)).Select(picture => new Notice
        {
            PersonId = picture.Owner,
            Kind = NoticeKinds.Remixed,
            ImageId = picture.Id,
            ByPersonId = maker,
            By = name ?? "",
            Reason = Excerpt.Of(picture.Prompt),
            At = row.CreatedAt,
        }));
    }
}
