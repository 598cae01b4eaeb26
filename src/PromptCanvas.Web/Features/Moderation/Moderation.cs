using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Texts;
using PromptCanvas.Generation.Results;
using PromptCanvas.Web.Mail;

namespace PromptCanvas.Web.Features.Moderation;

/// <summary>Reports, break-glass access and takedowns. An administrator sees a private picture only after giving a reason; the same transaction
/// that grants access writes the audit entry and the owner's notice. The owner also gets a mail, if mail is configured.</summary>
internal sealed class Moderation(IDbContextFactory<AppDbContext> databases, AuditLog audit, Mailer mailer, TimeProvider clock)
{
    private const int LongestReason = 500;

    /// <summary>How long break-glass access lasts for the administrator who gave the reason.</summary>
    public static TimeSpan OpenFor { get; } = TimeSpan.FromMinutes(15);

    /// <summary>Reports a picture, or a comment on it, that the actor can see.</summary>
    /// <param name="commentId">Null = the picture itself.</param>
    public async Task<Result> ReportAsync(Actor actor, Guid imageId, Guid? commentId, string? reason, CancellationToken cancellationToken)
    {
        if (CheckReason(reason).Refusal is { } refusal)
        {
            return refusal;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (!await database.Pictures.VisibleTo(actor).AnyAsync(picture => picture.Id == imageId, cancellationToken))
        {
            return NoPicture();
        }

        if (commentId is not null && !await database.Comments.AnyAsync(comment => comment.Id == commentId && comment.ImageId == imageId, cancellationToken))
        {
            return new NotFound("This comment no longer exists.");
        }

        // Repeated reports by the same person are recorded once.
        if (!await database.Reports.AnyAsync(report => report.ImageId == imageId && report.CommentId == commentId && report.PersonId == actor.PersonId && report.ClosedAt == null, cancellationToken))
        {
            database.Reports.Add(new Report { Id = Guid.NewGuid(), ImageId = imageId, CommentId = commentId, PersonId = actor.PersonId, Reason = TextRules.Normalize(reason!.Trim()), At = clock.GetUtcNow() });
            await database.SaveChangesAsync(cancellationToken);
        }

        return Result.Done;
    }

    /// <summary>Oldest first.</summary>
    public async Task<IReadOnlyList<OpenReport>> OpenReportsAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await (
            from report in database.Reports
            where report.ClosedAt == null
            join picture in database.Pictures on report.ImageId equals picture.Id
            join reporter in database.People on report.PersonId equals reporter.Id
            join person in database.People on picture.PersonId equals person.Id into owners
            from owner in owners.DefaultIfEmpty()
            join row in database.Comments on report.CommentId equals row.Id into comments
            from comment in comments.DefaultIfEmpty()
            orderby report.At
            select new OpenReport(report.Id, picture.Id, reporter.DisplayName, owner == null ? null : owner.DisplayName, report.Reason, report.At, report.CommentId, comment == null ? null : comment.Text)).ToListAsync(cancellationToken);
    }

    public async Task CloseReportAsync(AuditActor actor, Guid reportId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (await database.Reports.SingleOrDefaultAsync(report => report.Id == reportId && report.ClosedAt == null, cancellationToken) is { } report)
        {
            Close(database, report, actor);
            database.AuditLog.Add(audit.Entry(actor, "report.close", report.ImageId.ToString(), report.Reason));
            await database.SaveChangesAsync(cancellationToken);
        }
    }

    /// <summary>Deletes a reported comment and closes its reports.</summary>
    public async Task DeleteCommentAsync(AuditActor actor, Guid commentId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var reports = await database.Reports.Where(report => report.CommentId == commentId && report.ClosedAt == null).ToListAsync(cancellationToken);
        if (reports.Count == 0)
        {
            return;
        }

        reports.ForEach(report => Close(database, report, actor));
        if (await database.Comments.SingleOrDefaultAsync(comment => comment.Id == commentId, cancellationToken) is { } comment)
        {
            database.Comments.Remove(comment);
            database.AuditLog.Add(audit.Entry(actor, "comment.delete", comment.ImageId.ToString(), comment.Text));
        }

        await database.SaveChangesAsync(cancellationToken);
    }

    /// <summary>A picture with the administrator's current access; null when it does not exist.</summary>
    public async Task<ModeratedPicture?> FindAsync(Actor administrator, Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (await database.Pictures.AsNoTracking().SingleOrDefaultAsync(picture => picture.Id == imageId, cancellationToken) is not { } picture)
        {
            return null;
        }

        var owner = await database.People.Where(person => person.Id == picture.PersonId).Select(person => person.DisplayName).SingleOrDefaultAsync(cancellationToken);
        var open = await IsOpenAsync(database, administrator, imageId, cancellationToken);
        return new ModeratedPicture(
            picture.Id, owner, open ? picture.Prompt : null, picture.Visibility == Visibilities.Team, picture.TakenDownAt, picture.CreatedAt, picture.Width, picture.Height);
    }

    /// <summary>Whether this administrator may read the picture's bytes now.</summary>
    public async Task<bool> IsOpenAsync(Actor administrator, Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await IsOpenAsync(database, administrator, imageId, cancellationToken);
    }

    /// <summary>Break-glass access: opens the picture to this administrator for a limited time and notifies the owner.</summary>
    public Task<Result> OpenAsync(AuditActor actor, Guid imageId, string? reason, CancellationToken cancellationToken) =>
        ActAsync(actor, imageId, reason, NoticeKinds.Opened, picture => picture.PersonId is null ? new InvalidInput("reason", "This picture has no owner to notify.") : Result.Done, cancellationToken);

    /// <summary>Hides the picture from everyone and closes its reports; the files stay.</summary>
    public Task<Result> TakeDownAsync(AuditActor actor, Guid imageId, string? reason, CancellationToken cancellationToken) =>
        ActAsync(actor, imageId, reason, NoticeKinds.TakenDown, picture => Set(picture, clock.GetUtcNow()), cancellationToken);

    public Task<Result> PutBackAsync(AuditActor actor, Guid imageId, string? reason, CancellationToken cancellationToken) =>
        ActAsync(actor, imageId, reason, NoticeKinds.PutBack, picture => Set(picture, null), cancellationToken);

    // The notice to the reporter says that the report was decided, but not how.
    private void Close(AppDbContext database, Report report, AuditActor actor)
    {
        report.ClosedAt = clock.GetUtcNow();
        database.Notices.Add(new Notice
        {
            PersonId = report.PersonId,
            Kind = NoticeKinds.ReportDecided,
            ImageId = report.ImageId,
            ByPersonId = actor.PersonId,
            By = actor.Name,
            Reason = "",
            At = report.ClosedAt.Value,
        });
    }

    private static NotFound NoPicture() => new("There is no picture with this id.");

    private static Result CheckReason(string? reason) => TextChecks.Check("reason", reason)
        && (string.IsNullOrWhiteSpace(reason) || reason.Trim().Length > LongestReason ? new InvalidInput("reason", $"Give a reason of at most {LongestReason} characters.") : Result.Done);

    private static Result Set(Picture picture, DateTimeOffset? takenDownAt)
    {
        picture.TakenDownAt = takenDownAt;
        return Result.Done;
    }

    private async Task<bool> IsOpenAsync(AppDbContext database, Actor administrator, Guid imageId, CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow() - OpenFor;
        return await database.Pictures.VisibleTo(administrator).AnyAsync(picture => picture.Id == imageId, cancellationToken)
            || await database.Notices.AnyAsync(
                notice => notice.ImageId == imageId && notice.ByPersonId == administrator.PersonId && notice.Kind == NoticeKinds.Opened && notice.At > since,
                cancellationToken);
    }

    private async Task<Result> ActAsync(
        AuditActor actor, Guid imageId, string? reason, string kind, Func<Picture, Result> act, CancellationToken cancellationToken)
    {
        if (CheckReason(reason).Refusal is { } refusal)
        {
            return refusal;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (await database.Pictures.SingleOrDefaultAsync(picture => picture.Id == imageId, cancellationToken) is not { } picture)
        {
            return NoPicture();
        }

        if (act(picture).Refusal is { } refused)
        {
            return refused;
        }

        Notice? notice = null;
        if (picture.PersonId is { } owner && await database.People.AnyAsync(person => person.Id == owner, cancellationToken))
        {
            notice = new Notice
            {
                PersonId = owner,
                Kind = kind,
                ImageId = imageId,
                ByPersonId = actor.PersonId,
                By = actor.Name,
                Reason = TextRules.Normalize(reason!.Trim()),
                At = clock.GetUtcNow(),
            };
            database.Notices.Add(notice);
        }

        if (picture.TakenDownAt is not null)
        {
            foreach (var report in await database.Reports.Where(report => report.ImageId == imageId && report.ClosedAt == null).ToListAsync(cancellationToken))
            {
                Close(database, report, actor);
            }
        }

        database.AuditLog.Add(audit.Entry(actor, $"picture.{kind}", imageId.ToString(), reason));
        await database.SaveChangesAsync(cancellationToken);
        if (notice is not null && mailer.IsOn)
        {
            mailer.Post(new NoticeLetter(notice).WriteAsync);
        }

        return Result.Done;
    }
}
