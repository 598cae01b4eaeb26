using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Jobs;

/// <summary>Where a job stands.</summary>
/// <param name="Position">1 = next; null when it runs.</param>
/// <param name="EtaSeconds">Until the whole job is done; null when its size was not measured yet.</param>
internal sealed record QueuePlace(int? Position, double? EtaSeconds);

/// <summary>Positions and times from one look at the queue. The order is the claim's.</summary>
internal sealed class QueueForecast(PictureTimes times, RunningJobs running)
{
    public async Task<Dictionary<Guid, QueuePlace>> MakeAsync(AppDbContext database, CancellationToken cancellationToken)
    {
        var jobs = await database.Jobs
            .Where(job => job.State == JobStates.Queued || job.State == JobStates.Running)
            .OrderByDescending(job => job.Priority).ThenBy(job => job.VirtualTime).ThenBy(job => job.CreatedAt).ThenBy(job => job.Id)
            .Select(job => new
            {
                job.Id,
                job.Model,
                job.Size,
                IsQueued = job.State == JobStates.Queued,
                Missing = job.Images.Count(image => image.State == JobImageStates.Queued || image.State == JobImageStates.Running),
            })
            .ToListAsync(cancellationToken);

        var places = new Dictionary<Guid, QueuePlace>();
        var position = 0;
        var secondsAhead = 0.0;

        // Running jobs share the device, so each ends when all of them do, at the latest.
        foreach (var group in jobs.GroupBy(job => job.IsQueued).OrderBy(group => group.Key))
        {
            var groupSeconds = 0.0;
            foreach (var job in group)
            {
                // What was never measured counts as nothing; the estimate is then too short, not absent for everybody.
                var own = times.Of(job.Model, job.Size);
                groupSeconds += (own ?? 0) * Math.Max(0, job.Missing - running.StartedWork(job.Id));
                places[job.Id] = job.IsQueued
                    ? new QueuePlace(++position, own is null ? null : secondsAhead + groupSeconds)
                    : new QueuePlace(null, own);
            }

            foreach (var job in group.Where(job => !job.IsQueued && places[job.Id].EtaSeconds is not null))
            {
                places[job.Id] = new QueuePlace(null, groupSeconds);
            }

            secondsAhead += groupSeconds;
        }

        return places;
    }
}
