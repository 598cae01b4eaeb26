using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Safety;

namespace PromptCanvas.Generation.Worker;

/// <summary>The writes of one attempt, in progress while the engine continues. Backpressure applies only when several pictures are pending.</summary>
internal sealed class AttemptWrites(ClaimedJob claim, RunningJob running)
{
    // Each pending picture may hold tens of megapixels in memory.
    private const int PicturesAtOnce = 4;

    public ClaimedJob Claim => claim;

    public RunningJob Running => running;

    /// <summary>Fingerprint of the model that generates the pictures.</summary>
    public string Model { get; set; } = "";

    /// <summary>Checks previews and pictures before they are shown; null = no image rules.</summary>
    public ImageSafetyFilter? Filter { get; set; }

    /// <summary>How parts are painted into a picture; null if pictures are generated as a whole.</summary>
    public EditPlan? Plan { get; set; }

    public List<Task<KeepResult>> Pictures { get; } = [];

    public List<Task> Decoded { get; } = [];

    /// <summary>The last checkpoint write of each picture, by index.</summary>
    public Dictionary<int, Task> Stages { get; } = [];

    /// <summary>Waits until fewer than the maximum number of picture writes are pending.</summary>
    public async Task WaitForCapacityAsync()
    {
        while (Pictures.Where(write => !write.IsCompleted).ToList() is { Count: >= PicturesAtOnce } open)
        {
            await Task.WhenAny(open);
        }
    }

    /// <summary>Waits for all writes.</summary>
    /// <returns>The outcome of each picture.</returns>
    public async Task<KeepResult[]> CompleteAsync()
    {
        await Task.WhenAll(Stages.Values.Concat(Decoded));
        return await Task.WhenAll(Pictures);
    }
}
