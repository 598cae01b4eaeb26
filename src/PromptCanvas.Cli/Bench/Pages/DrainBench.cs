using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Cli.Bench.Pages;

/// <summary>A busy worker that is drained, and one that is stopped: a process of the program with the model of the benchmark.</summary>
internal sealed class DrainBench(BenchContext bench)
{
    private const int PicturesEach = 4;
    private const int Rounds = 3;

    public async Task<IReadOnlyList<BenchRow>> RunAsync(string folder, CancellationToken cancellationToken)
    {
        var web = await ClusterNode.StartAsync(folder, "Web", bench.Model, cancellationToken).ConfigureAwait(false);
        await using (web.ConfigureAwait(false))
        {
            var (drained, stopped) = (new List<double>(), new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                drained.Add((await RoundAsync(web, folder, DrainedAsync, cancellationToken).ConfigureAwait(false)).TotalSeconds);
                stopped.Add((await RoundAsync(web, folder, (worker, _) => worker.StopAsync(cancellationToken), cancellationToken).ConfigureAwait(false)).TotalSeconds);
            }

            return [BenchRow.Of("drained worker, until its job is handed back", "s", drained), BenchRow.Of("worker stopped by SIGTERM amid a job, until its process has ended", "s", stopped)];

            async Task<TimeSpan> DrainedAsync(StudioNode worker, Guid job)
            {
                var machine = (await web.Get<IMachines>().LookAsync(cancellationToken).ConfigureAwait(false)).Single(machine => machine is { IsWorker: true, IsSilent: false });
                var began = Stopwatch.GetTimestamp();
                _ = await web.Get<IMachines>().DrainAsync(machine.Node.Id, cancellationToken).ConfigureAwait(false);
                await UntilAsync(web, job, JobState.Queued, cancellationToken).ConfigureAwait(false);
                var time = Stopwatch.GetElapsedTime(began);
                await worker.StopAsync(cancellationToken).ConfigureAwait(false);
                return time;
            }
        }
    }

    private async Task<TimeSpan> RoundAsync(ClusterNode web, string folder, Func<StudioNode, Guid, Task<TimeSpan>> end, CancellationToken cancellationToken)
    {
        var worker = await StudioNode.StartAsync(folder, "Worker", "drained", cancellationToken).ConfigureAwait(false);
        await using (worker.ConfigureAwait(false))
        {
            var job = new NewJob { IdempotencyKey = Guid.NewGuid().ToString(), PersonId = Guid.NewGuid(), Prompt = "a red cube", Count = PicturesEach, Size = bench.LargestSize };
            if (!(await web.Get<ISubmissions>().SubmitAsync(job, cancellationToken).ConfigureAwait(false)).TryGet(out var id, out var refusal))
            {
                throw new InvalidOperationException(refusal.Message);
            }

            await UntilAsync(web, id, JobState.Running, cancellationToken).ConfigureAwait(false);
            var time = await end(worker, id).ConfigureAwait(false);
            await web.Get<ICancellations>().CancelAbandonedAsync(id, cancellationToken).ConfigureAwait(false);
            return time;
        }
    }

    private static async Task UntilAsync(ClusterNode node, Guid job, JobState state, CancellationToken cancellationToken)
    {
        while (true)
        {
            var database = await node.Get<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                if (await database.Jobs.AnyAsync(row => row.Id == job && row.State == state, cancellationToken).ConfigureAwait(false))
                {
                    return;
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken).ConfigureAwait(false);
        }
    }
}
