using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Queue;

/// <inheritdoc/>
internal sealed class JobQueries(IDbContextFactory<AppDbContext> databases, QueueForecast forecast) : IJobQueries
{
    public Task<JobView?> FindAsync(Guid jobId, CancellationToken cancellationToken) =>
        FindAsync(jobs => jobs, jobId, cancellationToken);

    public Task<JobView?> FindAsync(Actor actor, Guid jobId, CancellationToken cancellationToken) =>
        FindAsync(jobs => jobs.VisibleTo(actor), jobId, cancellationToken);

    public Task<IReadOnlyList<JobView>> ActiveAsync(CancellationToken cancellationToken) =>
        ActiveAsync(jobs => jobs, cancellationToken);

    public Task<IReadOnlyList<JobView>> ActiveAsync(Actor actor, CancellationToken cancellationToken) =>
        ActiveAsync(jobs => jobs.VisibleTo(actor), cancellationToken);

    private async Task<JobView?> FindAsync(Func<IQueryable<Job>, IQueryable<Job>> visible, Guid jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var job = await visible(database.Jobs.AsNoTracking().Include(row => row.Images))
            .SingleOrDefaultAsync(row => row.Id == jobId, cancellationToken);
        if (job is null)
        {
            return null;
        }

        foreach (var gone in await GoneAsync(database, jobId, cancellationToken))
        {
            job.Images.Single(image => image.ImageIndex == gone).ImageId = null;
        }

        if (job.State is not (JobState.Queued or JobState.Running))
        {
            return ToView(job, null);
        }

        var snapshot = await forecast.SnapshotAsync(cancellationToken);
        var place = snapshot.Places.GetValueOrDefault(job.Id);
        return ToView(job, place ?? (job.State == JobState.Queued ? await forecast.PlaceAsync(database, job, snapshot, cancellationToken) : null));
    }

    // Deleted or taken-down pictures: the job still lists them, but without a link.
    private static Task<List<int>> GoneAsync(AppDbContext database, Guid jobId, CancellationToken cancellationToken) =>
        database.Pictures.Where(image => image.JobId == jobId && (image.DeletedAt != null || image.TakenDownAt != null))
            .Select(image => image.ImageIndex).ToListAsync(cancellationToken);

    private async Task<IReadOnlyList<JobView>> ActiveAsync(Func<IQueryable<Job>, IQueryable<Job>> visible, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var jobs = await visible(database.Jobs.AsNoTracking().Include(job => job.Images))
            .Where(job => job.State == JobState.Queued || job.State == JobState.Running)
            .OrderBy(job => job.CreatedAt).ThenBy(job => job.Id)
            .ToListAsync(cancellationToken);
        var snapshot = jobs.Count > 0 ? await forecast.SnapshotAsync(cancellationToken) : QueueSnapshot.Empty;
        return [.. jobs.Select(job => ToView(job, snapshot.Places.GetValueOrDefault(job.Id)))];
    }

    private static JobView ToView(Job job, QueuePlace? place)
    {
        var images = job.Images.OrderBy(image => image.ImageIndex).Select(image => new JobPictureView(
            image.ImageIndex, image.State, (uint)image.Seed, image.ImageId, image.Error));
        return new JobView(
            job.Id,
            job.State,
            job.Prompt,
            job.Model,
            job.Size,
            (uint)job.Seed,
            job.CreatedAt,
            job.State == JobState.Queued ? place?.Position : null,
            // How long a pause lasts is unknown.
            place?.Why?.PauseReason is null ? place?.EtaSeconds : null,
            job.Error,
            [.. images])
        {
            PersonId = job.PersonId,
            Kind = job.Kind,
            Width = job.Width,
            Height = job.Height,
            NegativePrompt = job.NegativePrompt,
            Overrides = JsonSerializer.Deserialize<RecipeOverrides>(job.Overrides, JobJson.Options) ?? RecipeOverrides.None,
            Visibility = job.Visibility,
            Why = job.State == JobState.Queued ? place?.Why : null,
        };
    }
}
