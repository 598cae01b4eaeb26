using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Credits;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Queue;

/// <inheritdoc/>
internal sealed class JobQueries(
    IDbContextFactory<AppDbContext> databases, QueueForecast forecast, IOptionsMonitor<GenerationOptions> options, TimeProvider clock) : IJobQueries
{
    public Task<JobView?> FindAsync(Guid jobId, CancellationToken cancellationToken) =>
        FindAsync(jobs => jobs, null, jobId, cancellationToken);

    public Task<JobView?> FindAsync(Actor actor, Guid jobId, CancellationToken cancellationToken) =>
        FindAsync(jobs => jobs.VisibleTo(actor), actor, jobId, cancellationToken);

    public Task<IReadOnlyList<JobView>> ActiveAsync(CancellationToken cancellationToken) =>
        ActiveAsync(jobs => jobs, cancellationToken);

    public Task<IReadOnlyList<JobView>> ActiveAsync(Actor actor, CancellationToken cancellationToken) =>
        ActiveAsync(jobs => jobs.VisibleTo(actor), cancellationToken);

    private async Task<JobView?> FindAsync(Func<IQueryable<Job>, IQueryable<Job>> visible, Actor? actor, Guid jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var job = await visible(database.Jobs.AsNoTracking().Include(row => row.Images))
            .SingleOrDefaultAsync(row => row.Id == jobId, cancellationToken);
        if (job is null)
        {
            return null;
        }

        var facts = await PicturesAsync(database, [job], actor?.PersonId, cancellationToken);
        if (job.State is not (JobState.Queued or JobState.Running))
        {
            return ToView(job, null, facts);
        }

        var snapshot = await forecast.SnapshotAsync(cancellationToken);
        var place = snapshot.Places.GetValueOrDefault(job.Id);
        return ToView(job, place ?? (job.State == JobState.Queued ? await forecast.PlaceAsync(database, job, snapshot, cancellationToken) : null), facts);
    }

    public async Task<JobPage> HistoryAsync(Actor actor, string? after, int take, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(take, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, IJobQueries.MostOfHistory);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var over = database.Jobs.AsNoTracking().VisibleTo(actor).Where(job => job.State != JobState.Queued && job.State != JobState.Running);
        if (after is not null)
        {
            if (GalleryCursor.Parse(after) is not { } cursor)
            {
                return new JobPage([], null);
            }

            over = over.Where(job => job.CreatedAt < cursor.CreatedAt || (job.CreatedAt == cursor.CreatedAt && job.Id.CompareTo(cursor.Id) < 0));
        }

        var rows = await over.OrderByDescending(job => job.CreatedAt).ThenByDescending(job => job.Id).Take(take + 1).Include(job => job.Images).ToListAsync(cancellationToken);
        var page = rows.Take(take).ToList();
        var facts = await PicturesAsync(database, page, actor.PersonId, cancellationToken);
        return new JobPage(
            page.ConvertAll(job => ToView(job, null, facts)), rows.Count > take ? new GalleryCursor(page[^1].CreatedAt, page[^1].Id).ToString() : null);
    }

    private async Task<JobFacts> PicturesAsync(AppDbContext database, IReadOnlyList<Job> jobs, Guid? personId, CancellationToken cancellationToken)
    {
        var jobIds = jobs.Select(job => job.Id).ToList();
        var pictures = await database.Pictures.Where(picture => jobIds.Contains(picture.JobId)).Select(picture => new JobPictureFacts(
            picture.Id,
            picture.DeletedAt != null || picture.TakenDownAt != null,
            picture.Visibility,
            picture.Prompt,
            database.Favourites.Any(mark => mark.PersonId == personId && mark.ImageId == picture.Id))).ToDictionaryAsync(facts => facts.Id, cancellationToken);
        return new JobFacts(
            pictures, await DraftFacts.ReadAsync(database, jobs, clock.GetUtcNow() - DraftAge, cancellationToken), await RefundsAsync(database, jobs, cancellationToken));
    }

    /// <summary>Hundredths of a credit that were refunded, by job.</summary>
    private static async Task<Dictionary<Guid, long>> RefundsAsync(AppDbContext database, IEnumerable<Job> jobs, CancellationToken cancellationToken)
    {
        var notAll = jobs.Where(job => job.Images.Any(picture => picture.State is JobPictureState.Cancelled or JobPictureState.Failed or JobPictureState.Rejected))
            .Select(job => job.Id).ToList();
        return notAll.Count == 0 ? [] : await database.Ledger.Where(line => line.Kind == LedgerKinds.Refund && notAll.Contains(line.JobId!.Value))
            .GroupBy(line => line.JobId!.Value).Select(lines => new { lines.Key, Sum = lines.Sum(line => line.Amount) }).ToDictionaryAsync(lines => lines.Key, lines => lines.Sum, cancellationToken);
    }

    private TimeSpan DraftAge => options.CurrentValue.DraftAge;

    private async Task<IReadOnlyList<JobView>> ActiveAsync(Func<IQueryable<Job>, IQueryable<Job>> visible, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var jobs = await visible(database.Jobs.AsNoTracking().Include(job => job.Images))
            .Where(job => job.State == JobState.Queued || job.State == JobState.Running)
            .OrderBy(job => job.CreatedAt).ThenBy(job => job.Id)
            .ToListAsync(cancellationToken);
        var snapshot = jobs.Count > 0 ? await forecast.SnapshotAsync(cancellationToken) : QueueSnapshot.Empty;
        var facts = new JobFacts([], DraftFacts.None, await RefundsAsync(database, jobs, cancellationToken));
        return [.. jobs.Select(job => ToView(job, snapshot.Places.GetValueOrDefault(job.Id), facts))];
    }

    // The job still lists pictures that were deleted or taken down, but without a link.
    private static JobPictureView ToView(JobPicture picture, JobPictureFacts? facts) =>
        new(picture.ImageIndex, picture.State, (uint)picture.Seed, facts is { IsGone: true } ? null : picture.ImageId, picture.Error)
        {
            IsFavourite = facts is { IsFavourite: true },
            Visibility = facts?.Visibility,
            Prompt = facts is { IsGone: false } ? facts.Prompt : null,
        };

    private JobView ToView(Job job, QueuePlace? place, JobFacts facts)
    {
        var operation = JobOperation.FromJson(job.Material);
        var pictures = job.Images.OrderBy(picture => picture.ImageIndex)
            .Select(picture => ToView(picture, picture.ImageId is { } id ? facts.Pictures.GetValueOrDefault(id) : null) with
            {
                DraftId = operation is FinishOperation { Drafts: var drafts } ? drafts[picture.ImageIndex] : null,
            });
        var overrides = JobJson.Read<RecipeOverrides>(job.Overrides) ?? RecipeOverrides.None;
        var aspect = operation is GenerateOperation { Aspect: var ratio } ? ratio : AspectRatio.Square;
        var view = new JobView(
            job.Id,
            job.State,
            job.Prompt,
            job.Model,
            aspect.IsSquare ? job.Size : Math.Max(job.Width, job.Height),
            (uint)job.Seed,
            job.CreatedAt,
            job.State == JobState.Queued ? place?.Position : null,
            // The end of a pause is unknown.
            place?.Why?.PauseReason is null ? place?.EtaSeconds : null,
            job.Error,
            [.. pictures])
        {
            PersonId = job.PersonId,
            RanOn = job.RanOn,
            Kind = job.Kind,
            Aspect = aspect,
            Width = job.Width,
            Height = job.Height,
            NegativePrompt = job.NegativePrompt,
            Style = overrides.Style?.Use,
            Overrides = overrides with { Style = null },
            Visibility = job.Visibility,
            Refunded = CreditUnits.ToCredits(facts.Refunds.GetValueOrDefault(job.Id)),
            Why = job.State == JobState.Queued ? place?.Why : null,
        };
        return facts.Drafts.Complete(view, job, DraftAge);
    }

    /// <summary>The current state of some jobs' pictures.</summary>
    private sealed record JobFacts(Dictionary<Guid, JobPictureFacts> Pictures, DraftFacts Drafts, Dictionary<Guid, long> Refunds);

    /// <summary>The current state of a job's finished picture.</summary>
    private sealed record JobPictureFacts(Guid Id, bool IsGone, string Visibility, string Prompt, bool IsFavourite);
}
