using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Worker;
using PromptCanvas.Migrations;

namespace PromptCanvas.Cli.Bench;

/// <summary>The queue's speed without a model: submit, claim, positions, gallery; on the configured database, in a separate folder.</summary>
internal static class QueueBench
{
    private const int Submits = 400;
    private const int Submitters = 4;
    private const int Batch = 8;
    private const int LongQueue = 10_000;
    private const int DeepQueue = 100_000;
    private const int WrittenAtOnce = 5_000;
    private const int DeepClaims = 50;
    private const int Snapshots = 10;
    private const int Pictures = 2_000;
    private const int Pages = 400;
    private const int Readers = 8;
    private const int PageLength = 24;
    private const int Commits = 100;
    private const int Looks = 100;

    private static readonly int[] GalleryLengths = [100, 1_000, 10_000, 100_000];

    public static async Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("promptcanvas-bench-");
        try
        {
            var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Data:Folder"] = folder.FullName,
                ["Quotas:DefaultCredits"] = "1000000",
                ["Quotas:MaximumQueued"] = "100000",
                ["Generation:ForecastInterval"] = "00:00:00",
            }).Build();
            var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration).AddSingleton<IEngineProvider>(new NoEngine())
                .AddGeneration(configuration, folder.FullName).AddAppDatabase(GenerationRegistration.ChooseDatabase).BuildServiceProvider();
            await using (services.ConfigureAwait(false))
            {
                await services.PrepareGenerationAsync(cancellationToken).ConfigureAwait(false);
                var rows = new List<BenchRow>();
                rows.Add(await CommitsAsync(services, cancellationToken).ConfigureAwait(false));
                rows.AddRange(await SubmitAsync(services, cancellationToken).ConfigureAwait(false));
                rows.AddRange(await ClaimAsync(services, cancellationToken).ConfigureAwait(false));
                rows.Add(await PositionsAsync(services, cancellationToken).ConfigureAwait(false));
                rows.AddRange(await GalleryAsync(services, cancellationToken).ConfigureAwait(false));
                rows.AddRange(await GalleryDepthAsync(services, cancellationToken).ConfigureAwait(false));
                rows.AddRange(await DeepClaimAsync(services, cancellationToken).ConfigureAwait(false));
                return rows;
            }
        }
        finally
        {
            SqliteCopies.Release();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Transactions of one row each: the disk's upper bound.</summary>
    private static async Task<BenchRow> CommitsAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        var databases = services.GetRequiredService<IDbContextFactory<AppDbContext>>();
        for (var commit = 0; commit < Commits; commit++)
        {
            var database = await databases.CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                times.Add(await TimeAsync(() => database.RoleCredits.Where(row => row.Role == "bench").ExecuteDeleteAsync(cancellationToken)).ConfigureAwait(false));
            }
        }

        return BenchRow.Of("one empty durable transaction", "ms", times);
    }

    private static async Task<IEnumerable<BenchRow>> SubmitAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        var submissions = services.GetRequiredService<ISubmissions>();
        var people = Enumerable.Range(0, Submitters).Select(_ => Guid.NewGuid()).ToArray();
        await SubmitAsync(submissions, people[0], "warm", cancellationToken).ConfigureAwait(false);
        var processor = Environment.CpuUsage.TotalTime;
        var began = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(people.Select(person => Task.Run(
            async () =>
            {
                var own = new List<double>();
                for (var number = 0; number < Submits / Submitters; number++)
                {
                    own.Add(await TimeAsync(() => SubmitAsync(submissions, person, $"{number}", cancellationToken)).ConfigureAwait(false));
                }

                return own;
            },
            cancellationToken))).ConfigureAwait(false);
        var rate = Submits / Stopwatch.GetElapsedTime(began).TotalSeconds;
        return Rows("submit (charge, job, ledger), 4 people at once", [.. times.SelectMany(own => own)], rate, Environment.CpuUsage.TotalTime - processor);
    }

    private static async Task<IEnumerable<BenchRow>> ClaimAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        var claims = services.GetRequiredService<JobClaims>();
        var progress = services.GetRequiredService<JobProgress>();
        var times = new List<double>();
        var claimed = 0;
        var claiming = 0.0;
        var processor = TimeSpan.Zero;
        while (true)
        {
            IReadOnlyList<ClaimedJob> jobs = [];
            var before = Environment.CpuUsage.TotalTime;
            var milliseconds = await TimeAsync(async () => jobs = await claims.ClaimAsync(Batch, alone: true, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            if (jobs.Count == 0)
            {
                return Rows("claim of a batch of 8", times, claimed / (claiming / 1000), processor);
            }

            processor += Environment.CpuUsage.TotalTime - before;
            times.Add(milliseconds);
            claimed += jobs.Count;
            claiming += milliseconds;
            foreach (var job in jobs)
            {
                await progress.EndAsync(job, "This benchmark makes no pictures.", cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task<BenchRow> PositionsAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        var database = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            database.Jobs.AddRange(Enumerable.Range(0, LongQueue).Select(number => NewJob(number, JobState.Queued)));
            await database.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        }

        var forecast = services.GetRequiredService<QueueForecast>();
        var times = new List<double>();
        for (var look = 0; look <= Snapshots; look++)
        {
            times.Add(await TimeAsync(() => forecast.SnapshotAsync(cancellationToken)).ConfigureAwait(false));
        }

        return BenchRow.Of("positions and times of 10,000 waiting jobs", "ms", times.GetRange(1, Snapshots));
    }

    /// <summary>The same claims on a short and on a long queue: the cost of the queue's length.</summary>
    private static async Task<IEnumerable<BenchRow>> DeepClaimAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        var claims = services.GetRequiredService<JobClaims>();
        var progress = services.GetRequiredService<JobProgress>();
        var shallow = await ClaimsAsync(claims, progress, cancellationToken).ConfigureAwait(false);
        for (var number = LongQueue + Pictures; number < DeepQueue + Pictures; number += WrittenAtOnce)
        {
            var database = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                database.Jobs.AddRange(Enumerable.Range(number, WrittenAtOnce).Select(one => NewJob(one, JobState.Queued)));
                await database.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        var deep = await ClaimsAsync(claims, progress, cancellationToken).ConfigureAwait(false);
        var ratio = deep.Median / shallow.Median;
        return
        [
            shallow,
            deep with { Name = "… with 100,000 waiting" },
            new BenchRow("… relative to 10,000", "×", ratio, ratio, ratio, DeepClaims),
        ];
    }

    private static async Task<BenchRow> ClaimsAsync(JobClaims claims, JobProgress progress, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var claim = 0; claim < DeepClaims; claim++)
        {
            IReadOnlyList<ClaimedJob> jobs = [];
            times.Add(await TimeAsync(async () => jobs = await claims.ClaimAsync(Batch, alone: true, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false));
            foreach (var job in jobs)
            {
                await progress.HandBackAsync(job, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            }
        }

        return BenchRow.Of("claim of a batch of 8 with 10,000 waiting", "ms", times);
    }

    private static async Task<IEnumerable<BenchRow>> GalleryAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        var database = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            var jobs = Enumerable.Range(LongQueue, Pictures).Select(number => NewJob(number, JobState.Done)).ToList();
            database.Jobs.AddRange(jobs);
            database.Pictures.AddRange(jobs.Select(job => NewPicture(job, null)));
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
                    own.Add(await TimeAsync(async () => after = (await library.ReadAsync(actor, LibraryFilter.Everything, after, PageLength, cancellationToken).ConfigureAwait(false)).Next).ConfigureAwait(false));
                }

                return own;
            },
            cancellationToken))).ConfigureAwait(false);
        var rate = Pages / Stopwatch.GetElapsedTime(began).TotalSeconds;
        return Rows("gallery page of 24, 8 readers at once, without HTTP", [.. times.SelectMany(own => own)], rate, Environment.CpuUsage.TotalTime - processor);
    }

    /// <summary>The first page and an arbitrary page, of galleries ten times as long each time. The time must not grow with the length.</summary>
    private static async Task<IEnumerable<BenchRow>> GalleryDepthAsync(ServiceProvider services, CancellationToken cancellationToken)
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
                var jobs = Enumerable.Range(DeepQueue + (2 * Pictures) + written, Math.Min(left, WrittenAtOnce)).Select(number => NewJob(number, JobState.Done)).ToList();
                var database = await databases.CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
                await using (database.ConfigureAwait(false))
                {
                    database.Jobs.AddRange(jobs);
                    database.Pictures.AddRange(jobs.Select(job => NewPicture(job, owner.PersonId)));
                    await database.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
                }

                written += jobs.Count;
            }

            var mine = LibraryFilter.Everything with { GalleryView = GalleryView.Mine };
            var (pages, places) = (new List<double>(), new List<double>());
            var times = await timeline.TimesAsync(owner, mine, DateTimeOffset.MaxValue, cancellationToken).ConfigureAwait(false);
            for (var look = 0; look <= Looks; look++)
            {
                pages.Add(await TimeAsync(() => library.ReadAsync(owner, mine, null, PageLength, cancellationToken)).ConfigureAwait(false));
                var start = random.Next(Math.Max(1, length - PageLength));
                places.Add(await TimeAsync(() => timeline.ReadRangeAsync(owner, mine, times[start], 0, PageLength, cancellationToken)).ConfigureAwait(false));
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

    private static async Task SubmitAsync(ISubmissions submissions, Guid person, string key, CancellationToken cancellationToken)
    {
        var job = new NewJob { IdempotencyKey = key, PersonId = person, Prompt = "a fox in the snow", Count = 4, Size = 64 };
        if (!(await submissions.SubmitAsync(job, cancellationToken).ConfigureAwait(false)).TryGet(out _, out var refusal))
        {
            throw new InvalidOperationException(refusal.Message);
        }
    }

    private static IEnumerable<BenchRow> Rows(string name, List<double> milliseconds, double rate, TimeSpan processor)
    {
        milliseconds.Sort();
        yield return BenchRow.Of(name, "ms", milliseconds);
        var slow = milliseconds[(int)(0.99 * (milliseconds.Count - 1))];
        yield return new BenchRow("… p99", "ms", slow, slow, slow, milliseconds.Count);
        yield return new BenchRow("… rate", "1/s", rate, rate, rate, milliseconds.Count);
        var own = processor.TotalMilliseconds / milliseconds.Count;
        yield return new BenchRow("… CPU time, each", "ms", own, own, own, milliseconds.Count);
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        var began = Stopwatch.GetTimestamp();
        await work().ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    private static Job NewJob(int number, JobState state) => new()
    {
        Id = Guid.NewGuid(),
        IdempotencyKey = number.ToString(CultureInfo.InvariantCulture),
        BodyHash = "",
        Prompt = "a fox in the snow",
        Model = "none",
        Size = 64,
        Count = 1,
        Seed = number,
        Overrides = "{}",
        State = state,
        VirtualTime = number,
        CreatedAt = DateTimeOffset.UnixEpoch.AddSeconds(number),
    };

    private static Picture NewPicture(Job job, Guid? personId) => new()
    {
        Id = Guid.NewGuid(),
        JobId = job.Id,
        PersonId = personId,
        ImageIndex = 0,
        ContentHash = "",
        ThumbnailHash = "",
        Width = job.Size,
        Height = job.Size,
        Seed = job.Seed,
        Prompt = job.Prompt,
        Model = job.Model,
        Recipe = "{}",
        Timings = "{}",
        CreatedAt = job.CreatedAt,
        ImageEmbedding = new byte[3072],
    };

    private sealed class NoEngine : IEngineProvider, IImageEngine
    {
        public string DefaultModel => "none";

        public IReadOnlyList<string> Models => ["none"];

        public IImageEngine Get(string modelName) => this;

        public string? Validate(GenerationRequest request) => null;

        public int WorkingSizeFor(int side) => 64;

        public IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("This benchmark makes no pictures.");
    }
}
