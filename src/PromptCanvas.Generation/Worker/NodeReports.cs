using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Worker;

/// <summary>Where several processes share the queue, reports this one every few seconds, reads the others, and applies an administrator's draining.</summary>
internal sealed class NodeReports(NodeFleet nodes, QueueSignal signal, IOptions<GenerationOptions> options, Supervisor supervisor, ILogger<NodeReports> logger)
    : SupervisedService(supervisor)
{
    private HashSet<string> silent = [];

    /// <summary>Reports once.</summary>
    public async Task ReportAsync(CancellationToken cancellationToken)
    {
        if (await nodes.ReportAsync(cancellationToken))
        {
            logger.LogInformation("This node {State}", nodes.Here.IsDrained ? "is drained: it takes no more jobs and hands back those it runs" : "takes jobs again");

            // Wakes the worker.
            signal.Set();
        }

        var now = nodes.Silent.ToDictionary(node => node.Id);
        foreach (var node in now.Values.Where(node => !silent.Contains(node.Id)))
        {
            logger.LogWarning("Node {Name} stopped reporting at {Since:u}", node.Name, node.Since);
        }

        silent = [.. now.Keys];
    }

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.SharedQueue)
        {
            await FollowAsync(stoppingToken);
            return;
        }

        using var hearing = nodes.News.Hear();
        try
        {
            while (true)
            {
                // Counted in real time and not by the injected clock, as leases are.
                if (await TryReportAsync(stoppingToken) is { } fault)
                {
                    await Supervisor.RestAsync(NodeRows.Interval, TimeProvider.System, fault, stoppingToken);
                }
                else
                {
                    await nodes.News.WaitAsync(NodeRows.Interval, stoppingToken);
                }
            }
        }
        finally
        {
            if (stoppingToken.IsCancellationRequested)
            {
                await nodes.LeaveAsync(logger);
            }
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Reports keep their rhythm through a database outage: after longer pauses the node would be taken for stopped.")]
    private async Task<Exception?> TryReportAsync(CancellationToken stoppingToken)
    {
        try
        {
            await ReportAsync(stoppingToken);
            Worked();
            return null;
        }
        catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
        {
            Failed(fault);
            return fault;
        }
    }

    /// <summary>In a single process, only wakes the worker when it may take jobs again.</summary>
    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await nodes.News.WaitAsync(Timeout.InfiniteTimeSpan, stoppingToken);
            signal.Set();
        }
    }
}
