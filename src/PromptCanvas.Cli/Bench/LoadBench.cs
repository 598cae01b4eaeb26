using System.Diagnostics;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;

namespace PromptCanvas.Cli.Bench;

/// <summary>Many people at once, with step-level sharing as in the engine and with one job at a time, alternating in the same run.</summary>
internal sealed class LoadBench(BenchContext bench)
{
    private const int RequestsPerPerson = 2;

    /// <summary>Share of the device's capacity: busy, not overloaded.</summary>
    private const double Utilisation = 0.7;

    private const int Seed = 20_250_101;

    private readonly List<(RequestLatency[] Shared, RequestLatency[] InOrder)> rounds = [];

    /// <summary>Closed loop: N people who each request again as soon as their picture is finished.</summary>
    public async Task<IReadOnlyList<BenchRow>> ClosedLoopAsync(CancellationToken cancellationToken)
    {
        using var engine = new ImageEngine(bench.Model, new EngineOptions());
        await RequestLatency.RunAsync(engine, Request(0, 0), null, cancellationToken).ConfigureAwait(false);
        for (var round = 0; round < Rounds; round++)
        {
            rounds.Add((
                await CrowdAsync(engine, null, cancellationToken).ConfigureAwait(false),
                await CrowdAsync(engine, new FifoGate(), cancellationToken).ConfigureAwait(false)));
        }

        return Rows($"{bench.People} people, {bench.Size}², closed loop");
    }

    /// <summary>Random arrivals of people with one picture each, identical for both modes.</summary>
    public async Task<IReadOnlyList<BenchRow>> ArrivalsAsync(CancellationToken cancellationToken)
    {
        using var engine = new ImageEngine(bench.Model, new EngineOptions());
        await RequestLatency.RunAsync(engine, Request(0, 0), null, cancellationToken).ConfigureAwait(false);
        var alone = await RequestLatency.RunAsync(engine, Request(0, 1), null, cancellationToken).ConfigureAwait(false);
        for (var round = 0; round < Rounds; round++)
        {
            var arrivals = Arrivals(alone.Finished / Utilisation, Seed + round);
            rounds.Add((
                await StreamAsync(engine, arrivals, null, cancellationToken).ConfigureAwait(false),
                await StreamAsync(engine, arrivals, new FifoGate(), cancellationToken).ConfigureAwait(false)));
        }

        return Rows($"random arrivals, {Utilisation:P0} load, {bench.Size}²");
    }

    /// <summary>A load run is slow, so use half the repeats, at least one.</summary>
    private int Rounds => Math.Max(1, bench.Repeats / 2);

    private GenerationRequest Request(int person, int number) => new()
    {
        Prompt = "a red cube on top of a blue cube",
        Seed = (uint)((person * RequestsPerPerson) + number),
        Count = 1,
        Size = bench.Size,
        Person = $"{person}",
    };

    private async Task<RequestLatency[]> CrowdAsync(ImageEngine engine, FifoGate? gate, CancellationToken cancellationToken)
    {
        var people = Enumerable.Range(0, bench.People).Select(async person =>
        {
            var visits = new List<RequestLatency>();
            for (var number = 0; number < RequestsPerPerson; number++)
            {
                visits.Add(await RequestLatency.RunAsync(engine, Request(person, number), gate, cancellationToken).ConfigureAwait(false));
            }

            return visits;
        });
        return [.. (await Task.WhenAll(people).ConfigureAwait(false)).SelectMany(visits => visits)];
    }

    private double[] Arrivals(double meanSeconds, int seed)
    {
#pragma warning disable RS0030 // Seeded: both modes see the same arrivals.
        var random = new Random(seed);
#pragma warning restore RS0030
        var times = new double[bench.People * RequestsPerPerson];
        for (var index = 1; index < times.Length; index++)
        {
            times[index] = times[index - 1] - (meanSeconds * Math.Log(1 - random.NextDouble()));
        }

        return times;
    }

    private async Task<RequestLatency[]> StreamAsync(ImageEngine engine, double[] arrivals, FifoGate? gate, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var visits = new List<Task<RequestLatency>>();
        for (var person = 0; person < arrivals.Length; person++)
        {
            var wait = TimeSpan.FromSeconds(arrivals[person]) - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, cancellationToken).ConfigureAwait(false);
            }

            visits.Add(RequestLatency.RunAsync(engine, Request(person, 0), gate, cancellationToken));
        }

        return await Task.WhenAll(visits).ConfigureAwait(false);
    }

    private List<BenchRow> Rows(string name)
    {
        var rows = new List<BenchRow>();
        Add("first preview", visit => visit.FirstPreview);
        Add("finished", visit => visit.Finished);
        return rows;

        void Add(string what, Func<RequestLatency, double> time)
        {
            foreach (var percent in new[] { 50, 95 })
            {
                var shared = rounds.ConvertAll(round => Percentile(round.Shared, time, percent));
                var inOrder = rounds.ConvertAll(round => Percentile(round.InOrder, time, percent));
                rows.Add(BenchRow.Of($"{name}: {what}, p{percent}", "s", shared));
                rows.Add(BenchRow.Of("… one job at a time", "s", inOrder));
                rows.Add(BenchRow.Of("… ratio", "", shared.Zip(inOrder, (mine, other) => mine / other).ToList()));
            }
        }
    }

    private static double Percentile(RequestLatency[] visits, Func<RequestLatency, double> time, int percent)
    {
        var sorted = visits.Select(time).Order().ToArray();
        return sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];
    }
}
