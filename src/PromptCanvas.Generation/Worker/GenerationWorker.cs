using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Worker;

/// <summary>The worker loop: claims jobs in order and runs as many concurrently as the engine batches.</summary>
internal sealed class GenerationWorker(
    JobClaims claims, JobRunner runner, WorkerCapacity capacity, Supervisor supervisor, ILogger<GenerationWorker> logger)
    : SupervisedService(supervisor), IHostedLifecycleService
{
    private readonly Dictionary<Task, ClaimedJob> running = [];
    private readonly TaskCompletionSource hostStarted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Claims start only when all services have started. If the start failed later (port in use), claimed jobs would count as crashed.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        hostStarted.TrySetResult();
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        await hostStarted.Task.WaitAsync(stoppingToken);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await TurnAsync(stoppingToken);
            }
        }
        finally
        {
            if (stoppingToken.IsCancellationRequested)
            {
                // Each run observes the token within one step and hands its job back.
                logger.LogDebug("The worker is stopping; {Count} jobs are handed back", running.Count);
                await Task.WhenAll(running.Keys);
            }
        }
    }

    private async Task TurnAsync(CancellationToken stopping)
    {
        var asOf = claims.Now;
        while (capacity.For(running.Values) is { Jobs: > 0 } limit)
        {
            var claimed = await claims.ClaimAsync(limit, alone: running.Count == 0, stopping);
            foreach (var claim in claimed)
            {
                running.Add(Task.Run(() => RunAsync(claim, stopping), CancellationToken.None), claim);
            }

            if (claimed.Count == 0)
            {
                break;
            }
        }

        Worked();
        await WaitAsync(asOf, stopping);
    }

    /// <summary>Waits until a run ends or the queue changes.</summary>
    private async Task WaitAsync(DateTimeOffset asOf, CancellationToken stopping)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var news = claims.WaitAsync(asOf, waiting.Token);
        var first = await Task.WhenAny(running.Keys.Append(news));
        await waiting.CancelAsync();
        foreach (var run in running.Keys.Where(run => run.IsCompleted).ToList())
        {
            running.Remove(run);
        }

        if (first == news)
        {
            await news;
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A fault in one job must not end the loop.")]
    private async Task RunAsync(ClaimedJob claim, CancellationToken stopping)
    {
        try
        {
            await runner.RunAsync(claim, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            logger.LogWarning("Job {JobId} could not be handed back before the stop; the next start requeues it", claim.Id);
        }
        catch (Exception fault)
        {
            Report(fault, $"The end of job {claim.Id} could not be written; the next start requeues it");
        }
    }
}
