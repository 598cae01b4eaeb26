using PromptCanvas.Generation.Nodes;

namespace PromptCanvas.Generation.Queue;

/// <summary>The pictures that this process made: their number in the last minutes, and how long they took on its own devices.</summary>
internal sealed class OwnPictures(PictureTimes times, TimeProvider clock) : ITrialTimes
{
    // A bound for the list of times; more pictures than any node makes in the longest window.
    private const int MostRemembered = 10_000;

    private readonly PictureTimes own = new();
    private readonly Queue<DateTimeOffset> made = new();
    private readonly Lock gate = new();

    /// <summary>Seconds per picture, averaged over the latest ones.</summary>
    public IReadOnlyList<PictureRate> Rates => own.All;

    public void Add(string model, string kind, int size, double seconds)
    {
        Book(model, kind, size, seconds);
        lock (gate)
        {
            made.Enqueue(clock.GetUtcNow());
            if (made.Count > MostRemembered)
            {
                made.Dequeue();
            }
        }
    }

    public void AddTrial(string model, double seconds) => Book(model, TrialPicture.Kind, TrialPicture.Request.Size, seconds);

    /// <summary>Number of pictures made within a time.</summary>
    public int CountOf(TimeSpan window)
    {
        var since = clock.GetUtcNow() - window;
        lock (gate)
        {
            return made.Count(time => time > since);
        }
    }

    private void Book(string model, string kind, int size, double seconds)
    {
        times.Add(model, kind, size, seconds);
        own.Add(model, kind, size, seconds);
    }
}
