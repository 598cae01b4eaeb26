using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Generation.Previews;

namespace PromptCanvas.Cli.Bench.Pages;

/// <summary>Previews from a worker through Redis and the web nodes' hubs to SignalR clients over WebSockets, as pages get them.</summary>
internal sealed class HubPreviewBench(BenchContext bench)
{
    private const int WebNodes = 3;

    public async Task<IReadOnlyList<BenchRow>> RunAsync(string folder, CancellationToken cancellationToken)
    {
        var worker = await ClusterNode.StartAsync(folder, "Web", bench.Model, cancellationToken).ConfigureAwait(false);
        var nodes = new List<StudioNode>();
        var lines = new List<HubConnection>();
        try
        {
            for (var node = 0; node < WebNodes; node++)
            {
                nodes.Add(await StudioNode.StartAsync(folder, "Web", $"web-{node}", cancellationToken).ConfigureAwait(false));
            }

            var cookies = await nodes[0].SignInAsync(cancellationToken).ConfigureAwait(false);
            foreach (var node in nodes)
            {
                lines.Add(await ConnectAsync(node, cookies, cancellationToken).ConfigureAwait(false));
            }

            var jobs = await ClusterPreviewBench.AddJobsAsync(worker, await PersonAsync(worker, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            return await MeasureAsync(worker.Get<PreviewBus>(), jobs, lines, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var line in lines)
            {
                await line.DisposeAsync().ConfigureAwait(false);
            }

            foreach (var node in nodes)
            {
                await node.DisposeAsync().ConfigureAwait(false);
            }

            await worker.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task<IReadOnlyList<BenchRow>> MeasureAsync(PreviewBus bus, List<Guid> jobs, List<HubConnection> lines, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var delays = new ConcurrentBag<double>();
        jobs.ForEach(job => bus.Start(job, 1));
        var watchers = lines.SelectMany(line => jobs.Select(job => WatchAsync(line, job, delays, over.Token))).ToList();
        while (!jobs.TrueForAll(bus.HasWatchers))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken).ConfigureAwait(false);
        }

        await ClusterPreviewBench.PublishAsync(bus, jobs, cancellationToken).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(watchers).ConfigureAwait(false);
        var slow = BenchRow.Share(delays, 0.95);
        return
        [
            BenchRow.Of($"preview from worker to a SignalR client of a web node, {ClusterPreviewBench.Load}, {WebNodes} web nodes", "ms", delays),
            new BenchRow("… p95", "ms", slow, slow, slow, delays.Count),
        ];
    }

    private static async Task<HubConnection> ConnectAsync(StudioNode node, CookieContainer cookies, CancellationToken cancellationToken)
    {
        var line = new HubConnectionBuilder().WithUrl(new Uri(node.Address, "hubs/generation"), options => options.Cookies = cookies).AddMessagePackProtocol().Build();
        await line.StartAsync(cancellationToken).ConfigureAwait(false);
        return line;
    }

    private static async Task<Guid> PersonAsync(ClusterNode node, CancellationToken cancellationToken)
    {
        var database = await node.Get<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            return await database.People.Where(person => person.Email == StudioNode.Email).Select(person => person.Id).SingleAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task WatchAsync(HubConnection line, Guid job, ConcurrentBag<double> delays, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var frame in line.StreamAsync<Dictionary<string, object>>("Watch", job, cancellationToken).ConfigureAwait(false))
            {
                delays.Add(Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian((byte[])frame["bytes"])).TotalMilliseconds);
            }
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
        }
    }
}
