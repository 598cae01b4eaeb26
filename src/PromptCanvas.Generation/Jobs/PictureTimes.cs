using System.Collections.Concurrent;

namespace PromptCanvas.Generation.Jobs;

/// <summary>Seconds of the device a picture takes, measured: a moving average for each model and size.</summary>
internal sealed class PictureTimes
{
    // The last ten pictures or so decide.
    private const double NewestShare = 0.2;

    private readonly ConcurrentDictionary<(string Model, int Size), double> averages = new();

    public void Add(string model, int size, double seconds)
    {
        if (double.IsFinite(seconds) && seconds > 0)
        {
            averages.AddOrUpdate((model, size), seconds, (_, average) => average + (NewestShare * (seconds - average)));
        }
    }

    /// <summary>Null when nothing was measured yet.</summary>
    public double? Of(string model, int size) => averages.TryGetValue((model, size), out var average) ? average : null;
}
