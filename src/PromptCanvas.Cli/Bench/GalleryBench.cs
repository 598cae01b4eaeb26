using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Library;

namespace PromptCanvas.Cli.Bench;

/// <summary>The speed of gallery pages, without HTTP.</summary>
internal static class GalleryBench
{
    /// <summary>Pictures of the gallery that several people read at once.</summary>
    public const int Pictures = 2_000;

    private const int WrittenAtOnce = 5_000;
    private const int Pages = 400;
    private const int Readers = 8;
    private const int PageLength = 24;
    private const int Looks = 100;

    private static readonly int[] GalleryLengths = [100, 1_000, 10_000, 100_000];

    /// <summary>Pages of one gallery, read by several people at once.</summary>
    /// <param name="firstNumber">The number of the first job written for it.</param>
    public static async Task<IEnumerable<BenchRow>> PagesAsync(ServiceProvider services, int firstNumber, CancellationToken cancellationToken)
    {
        var database = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            var jobs = Enumerable.Range(firstNumber, Pictures).Select(number => QueueRecords.NewJob(number, JobState.Done)).ToList();
            database.Jobs.AddRange(jobs);
            database.Pictures.AddRange(jobs.Select(job => QueueRecords.NewPicture(job, null)));
            await database.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        }

        var library = services.GetRequiredService<ILibrary>();
        var actor = new Actor(Guid.CreateVersion7(), PersonRoles.Member);
        await library.ReadAsync(actor, LibraryFilter.Everything, null, PageLength, cancellationToken).ConfigureAwait(false);
        var processor = Environment.CpuUsage.TotalTime;
        var began = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => Task.Run(
            async () =>
            {
                var own = new List<double>();
                string? after = null;
                for (var page = 0; page < Pages / Readers; page++)
                {
                    own.Add(await QueueTimes.TimeAsync(async () => after = (await library.ReadAsync(actor, LibraryFilter.Everything, after, PageLength, cancellationToken).ConfigureAwait(false)).Next).ConfigureAwait(false));
                }

                return own;
            },
            cancellationToken))).ConfigureAwait(false);
        var rate = Pages / Stopwatch.GetElapsedTime(began).TotalSeconds;
        return QueueTimes.Rows("gallery page of 24, 8 readers at once, without HTTP", [.. times.SelectMany(own => own)], rate, Environment.CpuUsage.TotalTime - processor);
    }

    /// <summary>The first page and an arbitrary page, of galleries ten times as long each time. The time must not grow with the length.</summary>
    /// <param name="firstNumber">The number of the first job written for them.</param>
    public static async Task<IEnumerable<BenchRow>> DepthAsync(ServiceProvider services, int firstNumber, CancellationToken cancellationToken)
    {
        var databases = services.GetRequiredService<IDbContextFactory<AppDbContext>>();
        var library = services.GetRequiredService<ILibrary>();
        var timeline = services.GetRequiredService<IPictureTimeline>();
        var random = new Random(1);
        var rows = new List<BenchRow>();
        var written = 0;
        foreach (var length in GalleryLengths)
        {
            // Each gallery belongs to another person, so that the shorter ones do not include the longer.
            var owner = new Actor(Guid.CreateVersion7(), PersonRoles.Member);
            for (var left = length; left > 0; left -= WrittenAtOnce)
            {
                var jobs = Enumerable.Range(firstNumber + written, Math.Min(left, WrittenAtOnce)).Select(number => QueueRecords.NewJob(number, JobState.Done)).ToList();
                var database = await databases.CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
                await using (database.ConfigureAwait(false))
                {
                    database.Jobs.AddRange(jobs);
                    database.Pictures.AddRange(jobs.Select(job => QueueRecords.NewPicture(job, owner.PersonId)));
                    await database.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
                }

                written += jobs.Count;
            }

            var mine = LibraryFilter.Everything with { GalleryView = GalleryView.Mine };
            var (pages, places) = (new List<double>(), new List<double>());
            var times = await timeline.TimesAsync(owner, mine, DateTimeOffset.MaxValue, cancellationToken).ConfigureAwait(false);
            for (var look = 0; look <= Looks; look++)
            {
                pages.Add(await QueueTimes.TimeAsync(() => library.ReadAsync(owner, mine, null, PageLength, cancellationToken)).ConfigureAwait(false));
                var start = random.Next(Math.Max(1, length - PageLength));
                places.Add(await QueueTimes.TimeAsync(() => timeline.ReadRangeAsync(owner, mine, times[start], 0, PageLength, cancellationToken)).ConfigureAwait(false));
            }

            rows.Add(Slow($"first page of {length} pictures, p95", pages));
            rows.Add(Slow($"arbitrary page of {length} pictures, p95", places));
        }

        return rows;

        static BenchRow Slow(string name, List<double> milliseconds)
        {
            // The first query of each is its warm-up.
            var sorted = milliseconds.Skip(1).Order().ToList();
            return new BenchRow(name, "ms", sorted[(int)(0.95 * (sorted.Count - 1))], sorted[0], sorted[^1], sorted.Count);
        }
    }
}
