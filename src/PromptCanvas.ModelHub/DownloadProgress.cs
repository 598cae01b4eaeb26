namespace PromptCanvas.ModelHub;

/// <summary>How far a download is.</summary>
/// <param name="Done">Bytes on disk.</param>
/// <param name="Total">Bytes of all files.</param>
/// <param name="BytesPerSecond">Lately; 0 = not known yet.</param>
/// <param name="Left">The time left at that rate; null = not known yet.</param>
public readonly record struct DownloadProgress(long Done, long Total, double BytesPerSecond, TimeSpan? Left)
{
    public double Share => Total == 0 ? 1 : (double)Done / Total;
}

/// <summary>Counts bytes and reports them a few times a second, with the rate of the last seconds.</summary>
internal sealed class ProgressMeter(long total, TimeProvider clock, Action<DownloadProgress> report)
{
    private static readonly TimeSpan BetweenReports = TimeSpan.FromMilliseconds(250);

    // Long enough to smooth four connections, short enough to follow a change.
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly Queue<(long At, long Done)> marks = new();
    private long done;
    private long lastReport = -1;

    /// <summary>Bytes that earlier runs left on disk: they are no part of the rate.</summary>
    public void Found(long bytes)
    {
        lock (gate)
        {
            done += bytes;
        }
    }

    /// <summary>Bytes written now; negative = they turned out damaged and are fetched again.</summary>
    public void Add(long bytes)
    {
        lock (gate)
        {
            done += bytes;
            var now = clock.GetTimestamp();
            if (lastReport < 0)
            {
                marks.Enqueue((now, done - bytes));
            }
            else if (clock.GetElapsedTime(lastReport, now) < BetweenReports)
            {
                return;
            }

            lastReport = now;
            marks.Enqueue((now, done));
            while (marks.Count > 2 && clock.GetElapsedTime(marks.Peek().At, now) > Window)
            {
                marks.Dequeue();
            }

            report(Progress(now));
        }
    }

    /// <summary>Reports the present state.</summary>
    public void Report()
    {
        lock (gate)
        {
            report(Progress(clock.GetTimestamp()));
        }
    }

    private DownloadProgress Progress(long now)
    {
        var (rate, left) = (0.0, (TimeSpan?)null);
        if (marks.TryPeek(out var first) && clock.GetElapsedTime(first.At, now).TotalSeconds is > 0 and var seconds)
        {
            rate = Math.Max(0, (done - first.Done) / seconds);
            left = rate > 0 ? TimeSpan.FromSeconds(Math.Min((total - done) / rate, TimeSpan.FromDays(99).TotalSeconds)) : null;
        }

        return new DownloadProgress(done, total, rate, left);
    }
}
