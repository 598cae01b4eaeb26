using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Texts;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
internal sealed class PictureComments(IDbContextFactory<AppDbContext> databases, TimeProvider clock) : IComments
{
    private const int LongestText = 1000;
    private const int MostShown = 200;
    private const int MostMentions = 10;

    public async Task<IReadOnlyList<CommentView>> ReadAsync(Actor actor, Guid imageId, CancellationToken cancellationToken)
    {
        var personId = actor.PersonId;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await (
            from comment in database.Comments
            where comment.ImageId == imageId
            join picture in database.Pictures.VisibleTo(actor) on comment.ImageId equals picture.Id
            join person in database.People on comment.PersonId equals person.Id
            orderby comment.At
            select new CommentView(comment.Id, person.DisplayName, comment.Text, comment.At, comment.PersonId == personId || picture.PersonId == personId, comment.PersonId == personId))
            .Take(MostShown).ToListAsync(cancellationToken);
    }

    public async Task<Result> AddAsync(Actor actor, Guid imageId, string text, CancellationToken cancellationToken)
    {
        if (TextChecks.Check("text", text).Refusal is { } invalid)
        {
            return invalid;
        }

        if (string.IsNullOrWhiteSpace(text) || text.Trim().Length > LongestText)
        {
            return new InvalidInput("text", $"Write a comment of at most {LongestText} characters.");
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (!await database.Pictures.VisibleTo(actor).AnyAsync(picture => picture.Id == imageId && picture.Visibility == Visibilities.Team, cancellationToken))
        {
            return new NotFound("This picture is not shared with the team.");
        }

        await TellAsync(database, actor, imageId, TextRules.Normalize(text.Trim()), cancellationToken);
        database.Comments.Add(new Comment { Id = Guid.NewGuid(), ImageId = imageId, PersonId = actor.PersonId, Text = TextRules.Normalize(text.Trim()), At = clock.GetUtcNow() });
        await database.SaveChangesAsync(cancellationToken);
        return Result.Done;
    }

    // The owner of the picture, and everyone mentioned with an @.
    private async Task TellAsync(AppDbContext database, Actor actor, Guid imageId, string text, CancellationToken cancellationToken)
    {
        var by = await database.People.Where(person => person.Id == actor.PersonId).Select(person => person.DisplayName).SingleAsync(cancellationToken);
        var owner = await database.Pictures.Where(picture => picture.Id == imageId).Select(picture => picture.PersonId).SingleAsync(cancellationToken);
        var named = !text.Contains('@', StringComparison.Ordinal) ? [] : (await database.People.Where(person => person.SuspendedAt == null)
                .Select(person => new { person.Id, person.DisplayName }).ToListAsync(cancellationToken))
            .Where(person => text.Contains($"@{person.DisplayName}", StringComparison.OrdinalIgnoreCase)).Select(person => person.Id).Take(MostMentions).ToList();
        foreach (var recipient in named.Append(owner ?? actor.PersonId).Distinct().Where(id => id != actor.PersonId))
        {
            database.Notices.Add(new Notice
            {
                PersonId = recipient,
                Kind = recipient == owner ? NoticeKinds.Commented : NoticeKinds.Mentioned,
                ImageId = imageId,
                ByPersonId = actor.PersonId,
                By = by,
                Reason = Excerpt.Of(text),
                At = clock.GetUtcNow(),
            });
        }
    }

    public async Task<bool> DeleteAsync(Actor actor, Guid commentId, CancellationToken cancellationToken)
    {
        var personId = actor.PersonId;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Comments.Where(comment => comment.Id == commentId
            && (comment.PersonId == personId || database.Pictures.Any(picture => picture.Id == comment.ImageId && picture.PersonId == personId)))
            .ExecuteDeleteAsync(cancellationToken) > 0;
    }
}
