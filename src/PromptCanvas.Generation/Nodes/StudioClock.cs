namespace PromptCanvas.Generation.Nodes;

/// <summary>The studio's time: this machine's clock, corrected where it differs from the database's. So nodes agree about sessions, days and everything that ends,
/// even if the clock of one is wrong. Durations are measured by the machine alone.</summary>
public sealed class StudioClock : TimeProvider
{
    /// <summary>Smaller differences are left: time should not jump, and a comparison is not exact.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    private long ahead;

    /// <summary>By how much this machine's clock is ahead of the database's; negative = behind.</summary>
    public TimeSpan Ahead => new(Interlocked.Read(ref ahead));

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - Ahead;

    /// <summary>Compares the clocks, and corrects this one from now on if it is wrong.</summary>
    /// <param name="there">The database's time.</param>
    /// <param name="here">This machine's time at that moment.</param>
    /// <returns>Whether the correction changed.</returns>
    public bool Compare(DateTimeOffset there, DateTimeOffset here)
    {
        var difference = here - there;
        if ((difference - Ahead).Duration() <= Tolerance)
        {
            return false;
        }

        Interlocked.Exchange(ref ahead, difference.Duration() <= Tolerance ? 0 : difference.Ticks);
        return true;
    }
}
