using System.Diagnostics;
using PromptCanvas.Generation.Library;

namespace PromptCanvas.Cli.Bench;

/// <summary>The search by meaning over a million pictures of the starter's width: random vectors, the first two hundred of each search.</summary>
internal static class SearchBench
{
    private const int Pictures = 1_000_000;
    private const int Width = 192;
    private const int Wanted = 200;
    private const int SearchesPerRepeat = 20;
    private const int Seed = 20_251_130;
    private const double Megabyte = 1e6;

    public static IReadOnlyList<BenchRow> Run(int repeats, CancellationToken cancellationToken)
    {
        var random = new Random(Seed);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var vectors = new UnitVectors(Width);
        for (var picture = 0; picture < Pictures; picture++)
        {
            vectors.Add(Guid.NewGuid(), VectorOf(random));
        }

        var megabytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / Megabyte;
        _ = vectors.Closest(Unit(random), Wanted);
        var times = new List<double>();
        for (var search = 0; search < repeats * SearchesPerRepeat; search++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var wanted = Unit(random);
            var began = Stopwatch.GetTimestamp();
            _ = vectors.Closest(wanted, Wanted);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        var slow = BenchRow.Share(times, 0.95);
        return
        [
            BenchRow.Of($"search by meaning, {Pictures:N0} pictures, width {Width}", "ms", times),
            new BenchRow("… p95", "ms", slow, slow, slow, times.Count),
            new BenchRow("… memory", "MB", megabytes, megabytes, megabytes, 1),
        ];
    }

    private static float[] VectorOf(Random random)
    {
        var vector = new float[Width];
        for (var index = 0; index < Width; index++)
        {
            vector[index] = random.NextSingle() - 0.5f;
        }

        return vector;
    }

    private static float[] Unit(Random random)
    {
        var vector = VectorOf(random);
        System.Numerics.Tensors.TensorPrimitives.Divide(vector, System.Numerics.Tensors.TensorPrimitives.Norm(vector), vector);
        return vector;
    }
}
