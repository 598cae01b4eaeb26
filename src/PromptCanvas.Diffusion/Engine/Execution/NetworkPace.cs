namespace PromptCanvas.Diffusion.Engine.Execution;

/// <summary>A network's time per row, in small and in large batches.</summary>
internal sealed class NetworkPace
{
    /// <summary>How fast the newest measurement replaces older ones.</summary>
    private const double Newest = 0.25;

    /// <summary>A row of a large batch must take less than this share of a small batch's; otherwise extra rows only delay the others.</summary>
    private const double WorthIt = 0.75;

    private double? small;
    private double? large;
    private bool started;

    /// <summary>Seconds for a row; 0 while nothing is known.</summary>
    public double SecondsPerRow => large is { } known && small is { } other ? (known + other) / 2 : large ?? small ?? 0;

    /// <summary>Whether more rows in a batch cost less than they would alone: true of GPUs, not of CPUs.</summary>
    public bool BatchingPays => large < WorthIt * small;

    /// <summary>Books a run.</summary>
    public void Ran(int rows, int maxRows, double seconds)
    {
        // A network's first run loads its weights and says nothing about its pace.
        if (!started)
        {
            started = true;
        }
        else if (2 * rows > maxRows)
        {
            large = Mix(large, seconds / rows);
        }
        else
        {
            small = Mix(small, seconds / rows);
        }
    }

    private static double Mix(double? known, double measured) => known is { } old ? old + (Newest * (measured - old)) : measured;
}
