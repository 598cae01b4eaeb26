using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Previews;

/// <summary>Which steps are worth a frame: each picture's first always, one soon after a stage has begun, and then as many as all previews
/// together may cost.</summary>
/// <remarks>
/// The more pictures are watched, the rarer each one's frames; but then their steps are rarer too. A frame is encoded once,
/// however many watch it, and never on the engine's thread.
/// </remarks>
internal sealed class PreviewPace(TimeProvider clock)
{
    // A picture that nobody asked about for so long is over, or its job was cancelled.
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromSeconds(30);

    // The first encodes load a library and compile; they say nothing of the others.
    private static readonly TimeSpan LargestCost = TimeSpan.FromMilliseconds(20);

    // How much of the mean a new cost is: the last dozen frames count.
    private const double Newness = 1.0 / 12;

    private readonly Lock gate = new();
    private readonly Dictionary<(Guid Job, int Image), Watched> pictures = [];
    private TimeSpan cost = TimeSpan.FromMilliseconds(1);

    /// <summary>The share of all processors' time that previews may take.</summary>
    public double Share { get; init; } = 0.005;

    /// <summary>Whether a picture's present step shall be shown.</summary>
    public bool IsDue(Guid jobId, int imageIndex)
    {
        lock (gate)
        {
            if (!pictures.TryGetValue((jobId, imageIndex), out var watched))
            {
                return true;
            }

            watched.Asked = clock.GetTimestamp();
            return watched.IsInNewStage || clock.GetElapsedTime(watched.Shown) >= Gap;
        }
    }

    /// <summary>Tells where a picture is, so that the first step after a change of stage that can have a frame has one.</summary>
    public void Reached(Guid jobId, int imageIndex, GenerationStage stage)
    {
        lock (gate)
        {
            if (pictures.TryGetValue((jobId, imageIndex), out var watched))
            {
                watched.IsInNewStage |= watched.Stage is { } before && before != stage;
                watched.Stage = stage;
            }
        }
    }

    /// <summary>Books a frame.</summary>
    /// <param name="jobId">Whose.</param>
    /// <param name="imageIndex">Which picture's.</param>
    /// <param name="taken">How long its encoding took.</param>
    public void Encoded(Guid jobId, int imageIndex, TimeSpan taken)
    {
        lock (gate)
        {
            cost += Newness * (TimeSpan.FromTicks(Math.Min(taken.Ticks, LargestCost.Ticks)) - cost);
            var now = clock.GetTimestamp();
            foreach (var (key, watched) in pictures)
            {
                if (clock.GetElapsedTime(watched.Asked, now) > ForgottenAfter)
                {
                    pictures.Remove(key);
                }
            }

            pictures[(jobId, imageIndex)] = new Watched { Shown = now, Asked = now, Stage = pictures.GetValueOrDefault((jobId, imageIndex))?.Stage };
        }
    }

    /// <summary>The picture has shown its last step.</summary>
    public void Finished(Guid jobId, int imageIndex)
    {
        lock (gate)
        {
            pictures.Remove((jobId, imageIndex));
        }
    }

    /// <summary>Between two frames of one picture.</summary>
    private TimeSpan Gap => cost * (pictures.Count / (Share * Environment.ProcessorCount));

    private sealed class Watched
    {
        public long Shown { get; init; }

        public long Asked { get; set; }

        /// <summary>Null before its first frame.</summary>
        public GenerationStage? Stage { get; set; }

        /// <summary>No frame of the present stage was shown yet.</summary>
        public bool IsInNewStage { get; set; }
    }
}
