using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Requests.Operations;

namespace PromptCanvas.Generation.Requests;

/// <summary>An input picture of a job.</summary>
/// <param name="ImageId">Null for an upload.</param>
/// <param name="UploadId">Null for one of the studio's own pictures.</param>
/// <param name="Role">One of <see cref="JobInputRoles"/>.</param>
/// <param name="IsPrivate">Whether only its owner may see it.</param>
internal sealed record InputPicture(Guid? ImageId, Guid? UploadId, string Role, string ContentHash, bool IsPrivate)
{
    public JobInput ToRow(Guid jobId, int slot) => new()
    {
        JobId = jobId,
        Slot = slot,
        Role = Role,
        ImageId = ImageId,
        UploadId = UploadId,
        ContentHash = ContentHash,
    };
}

/// <summary>Resolves the pictures and the board that a job names, within the person's access rights.</summary>
internal sealed class InputPictures(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    /// <summary>Finds all input pictures, in order.</summary>
    /// <returns>Not found also covers objects that the person may not see.</returns>
    public async Task<Result<IReadOnlyList<InputPicture>>> FindAsync(NewJob job, CancellationToken cancellationToken)
    {
        var uses = job.Operation.Pictures;
        if (uses.Count == 0 && job.Board is null)
        {
            return Array.Empty<InputPicture>();
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (job.Board is { } board && !await MayPutOntoAsync(database, job, board, cancellationToken))
        {
            return new NotFound($"There is no board with the id {board}.");
        }

        var found = new List<InputPicture>();
        foreach (var use in uses)
        {
            if (await FindAsync(database, job, use, cancellationToken) is not { } picture)
            {
                return new NotFound($"There is no picture or upload with the id {use.Id}; uploads that no request uses are kept for a day.");
            }

            found.Add(picture);
        }

        return found;
    }

    private static async Task<bool> MayPutOntoAsync(AppDbContext database, NewJob job, Guid board, CancellationToken cancellationToken) =>
        job.PersonId is { } personId
        && await database.Boards.VisibleTo(new Actor(personId, job.Role ?? PersonRoles.Member)).AnyAsync(one => one.Id == board, cancellationToken);

    /// <summary>Removes the expiry of uploads that a job uses. Runs in the caller's transaction.</summary>
    /// <returns>Refused if one of the pictures no longer exists.</returns>
    public async Task<Result> PinAsync(AppDbContext database, IReadOnlyList<InputPicture> pictures, CancellationToken cancellationToken)
    {
        var uploads = pictures.Select(picture => picture.UploadId).OfType<Guid>().Distinct().ToList();
        var stored = pictures.Select(picture => picture.ImageId).OfType<Guid>().Distinct().ToList();
        var now = clock.GetUtcNow();
        var kept = uploads.Count == 0 ? 0 : await database.Uploads
            .Where(upload => uploads.Contains(upload.Id) && (upload.ExpiresAt == null || upload.ExpiresAt > now))
            .ExecuteUpdateAsync(change => change.SetProperty(upload => upload.ExpiresAt, (DateTimeOffset?)null), cancellationToken);
        var there = stored.Count == 0 ? 0 : await database.Pictures.CountAsync(picture => stored.Contains(picture.Id), cancellationToken);
        return kept == uploads.Count && there == stored.Count ? Result.Done : new NotFound("A picture that this request uses was deleted in the meantime.");
    }

    /// <summary>Refuses drafts that another job is finishing or has finished. In the caller's transaction, after the charge: that locks the person's quota,
    /// so of two requests for one draft the second sees the first.</summary>
    public static async Task<Result> CheckDraftsAsync(AppDbContext database, IReadOnlyList<InputPicture> pictures, CancellationToken cancellationToken)
    {
        var drafts = pictures.Where(picture => picture.Role == JobInputRoles.Draft).Select(picture => picture.ImageId!.Value).ToList();
        return drafts.Count > 0 && await DraftFinishing.Of(database, drafts).AnyAsync(cancellationToken)
            ? new Conflict("One of these drafts is being finished, or is finished already; choose others.")
            : Result.Done;
    }

    private async Task<InputPicture?> FindAsync(AppDbContext database, NewJob job, PictureUse use, CancellationToken cancellationToken)
    {
        // Anonymous callers may not see any picture.
        if (job.PersonId is not { } personId)
        {
            return null;
        }

        var actor = new Actor(personId, job.Role ?? PersonRoles.Member);
        if (use.Role == JobInputRoles.Draft)
        {
            var draft = await database.Pictures.DraftsOf(actor).Where(row => row.Id == use.Id).Select(row => row.ContentHash).SingleOrDefaultAsync(cancellationToken);
            return draft is null ? null : new InputPicture(use.Id, null, use.Role, draft, IsPrivate: true);
        }

        var now = clock.GetUtcNow();
        var upload = await database.Uploads.VisibleTo(actor)
            .Where(row => row.Id == use.Id && (row.ExpiresAt == null || row.ExpiresAt > now))
            .Select(row => row.ContentHash).SingleOrDefaultAsync(cancellationToken);
        if (upload is not null)
        {
            return new InputPicture(null, use.Id, use.Role, upload, IsPrivate: true);
        }

        var picture = await database.Pictures.VisibleTo(actor).Where(row => row.Id == use.Id)
            .Select(row => new { row.ContentHash, row.Visibility }).SingleOrDefaultAsync(cancellationToken);
        return picture is null ? null : new InputPicture(use.Id, null, use.Role, picture.ContentHash, picture.Visibility == Visibilities.Private);
    }
}
