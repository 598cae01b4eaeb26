using System.Diagnostics;

namespace PromptCanvas.Cli.Bench;

/// <summary>Times of single operations, and the rows that show them.</summary>
internal static class QueueTimes
{
    public static async Task<double> TimeAsync(Func<Task> work)
    {
        var began = Stopwatch.GetTimestamp();
        await work().ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    public static IEnumerable<BenchRow> Rows(string name, List<double> milliseconds, double rate, TimeSpan processor)
    {
        milliseconds.Sort();
        yield return BenchRow.Of(name, "ms", milliseconds);
        var slow = milliseconds[(int)(0.99 * (milliseconds.Count - 1))];
        yield return new BenchRow("… p99", "ms", slow, slow, slow, milliseconds.Count);
        yield return new BenchRow("… rate", "1/s", rate, rate, rate, milliseconds.Count);
        var own = processor.TotalMilliseconds / milliseconds.Count;
        yield return new BenchRow("… CPU time, each", "ms", own, own, own, milliseconds.Count);
    }
}
