using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Tests.Engine;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Worker;

/// <summary>Queue, worker and real engine together: the first-preview rule of performance.md, and the limits on concurrent requests.</summary>
public sealed class CrowdTests : IDisposable
{
    private const int People = 16;
    private const int Pictures = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Worker_SixteenPeople_AllHaveAFirstPreviewBeforeAnyPictureIsFinished()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions(), clock: new ManualClock());
        using var crowd = new CrowdEngine(engine) { Asked = new CountdownEvent(People) };

        // The engine blocks until it has a request of every person: with too few claimed jobs it would block forever.
        fake.Prior.BeforeRun = (_, token) => Assert.True(crowd.Asked!.Wait(Patience, token), $"Only {crowd.Requests.Count} requests came.");
        await using var studio = Studio(crowd);
        await studio.StartAsync();

        var jobs = new List<Guid>();
        for (var person = 0; person < People; person++)
        {
            jobs.Add(await studio.SubmitAsync(TestRequests.FoxOf(Guid.NewGuid(), $"{person}", Pictures)));
        }

        foreach (var job in jobs)
        {
            await studio.WaitAsync(job, JobState.Done);
        }

        var happened = crowd.Events.ToList();
        var firstPreviews = happened.Where(entry => entry.Event is StepCompleted { Stage: GenerationStage.Decoder }).DistinctBy(entry => entry.Person).ToList();
        Assert.Equal(People, firstPreviews.Count);
        Assert.Equal(People * Pictures, happened.Count(entry => entry.Event is ImageCompleted));
        Assert.InRange(firstPreviews.Max(happened.IndexOf), 0, happened.FindIndex(entry => entry.Event is ImageCompleted));
    }

    [Fact]
    public async Task Worker_OnePersonsManyJobs_FillTheOpenLanesAndLeaveRoomForWhoComesNext()
    {
        using var held = new CrowdEngine(null);
        await using var studio = await Studio(held).StartAsync();
        var anna = Guid.NewGuid();
        for (var job = 0; job < 20; job++)
        {
            await studio.SubmitAsync(TestRequests.FoxOf(anna, $"{job}", Pictures));
        }

        var open = new EngineOptions().MaxLanes - new EngineOptions().ReservedLanes;
        await held.WaitAsync(open / Pictures);
        var bert = await studio.SubmitAsync(TestRequests.FoxOf(Guid.NewGuid(), "bert", Pictures));
        await studio.WaitAsync(bert, JobState.Running);
        await held.WaitAsync((open / Pictures) + 1);

        Assert.Equal(open / Pictures, held.Requests.Count(request => request.Person == held.Requests.First().Person));
        Assert.Equal(2, held.Requests.Select(request => request.Person).Distinct().Count());
    }

    [Fact]
    public async Task Worker_OneBehindAThousand_IsInTheNextBatch_AndEachPersonReadsTheirPlace()
    {
        const int Thousand = 1000;
        const int Batch = 4;
        using var held = new CrowdEngine(null);
        await using var studio = new Studio(
            folder.Path,
            change: services => services.Replace(ServiceDescriptor.Singleton<IEngineProvider>(held)),
            settings: new() { ["Generation:ConcurrentJobs"] = $"{Batch}", ["Quotas:MaximumQueued"] = "10" });
        await studio.PrepareAsync();
        var anna = await QueueManyAsync(studio, Guid.NewGuid(), Thousand);
        await studio.StartAsync();
        await held.WaitAsync(Batch);

        var bert = await studio.SubmitAsync(TestRequests.FoxOf(Guid.NewGuid(), "bert", 1));
        var places = new List<int?> { (await studio.FindAsync(bert)).Position };
        foreach (var number in (int[])[0, Batch, 500, Thousand - 1])
        {
            places.Add((await studio.FindAsync(anna[number])).Position);
        }

        held.FinishPresent();
        await held.WaitAsync(2 * Batch);

        // Anna's first job runs; her queued jobs follow behind Bert's, in submission order.
        Assert.Equal([1, null, 2, 500 - Batch + 2, Thousand - 1 - Batch + 2], places);
        Assert.Contains(held.Requests.Skip(Batch).Take(Batch), request => request.Person != held.Requests.First().Person);
    }

    [Fact]
    public async Task Worker_ConcurrentJobsAreSet_RunsNoMore()
    {
        using var held = new CrowdEngine(null);
        await using var studio = new Studio(
            folder.Path, change: services => services.Replace(ServiceDescriptor.Singleton<IEngineProvider>(held)), settings: new() { ["Generation:ConcurrentJobs"] = "2" });
        await studio.StartAsync();
        for (var person = 0; person < 5; person++)
        {
            await studio.SubmitAsync(TestRequests.FoxOf(Guid.NewGuid(), $"{person}", Pictures));
        }

        await held.WaitAsync(2);
        held.Finish();
        await held.WaitAsync(5);

        Assert.Equal(2, held.MostAtOnce);
    }

    /// <summary>Submits one job and clones its row, because a thousand submit transactions would dominate the test's duration.</summary>
    private static async Task<List<Guid>> QueueManyAsync(Studio studio, Guid person, int count)
    {
        var first = await studio.SubmitAsync(TestRequests.FoxOf(person, "0", 1));
        await using var database = studio.OpenDatabase();
        var row = await database.Jobs.AsNoTracking().SingleAsync(job => job.Id == first, Cancellation);
        var picture = await database.JobPictures.AsNoTracking().SingleAsync(image => image.JobId == first, Cancellation);
        var ids = new List<Guid> { first };
        for (var number = 1; number < count; number++)
        {
            ids.Add(Guid.NewGuid());
            var job = database.Entry(row).CurrentValues.Clone();
            job[nameof(Job.Id)] = ids[number];
            job[nameof(Job.IdempotencyKey)] = $"{number}";
            job[nameof(Job.VirtualTime)] = row.VirtualTime + number;
            database.Jobs.Add((Job)job.ToObject());
            var image = database.Entry(picture).CurrentValues.Clone();
            image[nameof(JobPicture.JobId)] = ids[number];
            database.JobPictures.Add((JobPicture)image.ToObject());
        }

        await database.SaveChangesAsync(Cancellation);
        return ids;
    }

    private Studio Studio(CrowdEngine engine) =>
        new(folder.Path, change: services => services.Replace(ServiceDescriptor.Singleton<IEngineProvider>(engine)));

    /// <summary>Records the events of an engine, or blocks every request if there is none.</summary>
    private sealed class CrowdEngine(IImageEngine? inner) : IImageEngine, IEngineProvider, IDisposable
    {
        private readonly SemaphoreSlim arrived = new(0);
        private TaskCompletionSource finished = Unfinished();
        private int seen;
        private int present;

        public CountdownEvent? Asked { get; set; }

        public ConcurrentQueue<GenerationRequest> Requests { get; } = new();

        public ConcurrentQueue<(string Person, GenerationEvent Event)> Events { get; } = new();

        public int MostAtOnce { get; private set; }

        public string DefaultModel => "starter";

        public IReadOnlyList<string> Models => ["starter"];

        public IImageEngine Get(string modelName) => this;

        public int WorkingSizeFor(int side) => side;

        public string? Validate(GenerationRequest request) => inner?.Validate(request);

        public void Finish() => finished.TrySetResult();

        /// <summary>Finishes the requests that have arrived; those that come afterwards wait again.</summary>
        public void FinishPresent() => Interlocked.Exchange(ref finished, Unfinished()).SetResult();

        /// <summary>Waits until this many requests have arrived in total.</summary>
        public async Task WaitAsync(int requests)
        {
            for (; seen < requests; seen++)
            {
                Assert.True(await arrived.WaitAsync(Patience, Cancellation), $"Only {seen} of {requests} requests came.");
            }
        }

        private static TaskCompletionSource Unfinished() => new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var end = Volatile.Read(ref finished).Task;
            Requests.Enqueue(request);
            lock (arrived)
            {
                present++;
                MostAtOnce = Math.Max(MostAtOnce, present);
            }

            arrived.Release();
            Asked?.Signal();
            if (inner is null)
            {
                await end.WaitAsync(cancellationToken);
                lock (arrived)
                {
                    present--;
                }

                yield break;
            }

            await foreach (var value in inner.GenerateAsync(request, cancellationToken))
            {
                Events.Enqueue((request.Person, value));
                yield return value;
            }
        }

        public void Dispose()
        {
            arrived.Dispose();
            Asked?.Dispose();
        }
    }
}
