using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Previews;

/// <summary>Rate limit for previews: always the first frame of each picture and one soon after each stage change, then as many as the CPU budget
/// of all previews together allows.</summary>
/// <remarks>
/// The more pictures are watched, the fewer frames each one gets; but their steps are also less frequent then. A frame is encoded once for all
/// watchers, and never on the engine's thread.
/// </remarks>
internal sealed class PreviewPace(TimeProvider clock)
{
    // A picture without a request for this long is finished, or its job was cancelled.
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromSeconds(30);

    // The first encodes include library loading and JIT compilation; this caps their effect on the mean.
    private static readonly TimeSpan LargestCost = TimeSpan.FromMilliseconds(20);

    // Weight of a new cost in the moving mean: about the last dozen frames count.
    private const double Newness = 1.0 / 12;

    private readonly Lock gate = new();
    private readonly Dictionary<(Guid Job, int Image), Watched> pictures = [];
    private TimeSpan cost = TimeSpan.FromMilliseconds(1);

    /// <summary>The share of total CPU time that previews may use, 0 … 1.</summary>
    public double Share { get; init; } = 0.005;

    /// <summary>Whether the picture's current step should be encoded.</summary>
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

    /// <summary>Records a picture's stage. After a stage change, the next step that has a predicted image is due.</summary>
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

    /// <summary>Records an encoded frame.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="imageIndex">The picture's index in the job.</param>
    /// <param name="taken">Encoding time.</param>
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

    /// <summary>Forgets a picture after its last step.</summary>
    public void Finished(Guid jobId, int imageIndex)
    {
        lock (gate)
        {
            pictures.Remove((jobId, imageIndex));
        }
    }

    /// <summary>Minimum time between two frames of one picture.</summary>
    private TimeSpan Gap => cost * (pictures.Count / (Share * Environment.ProcessorCount));

    private sealed class Watched
    {
        public long Shown { get; init; }

        public long Asked { get; set; }

        /// <summary>Null until the first step after the first frame.</summary>
        public GenerationStage? Stage { get; set; }

        /// <summary>No frame of the current stage was encoded yet.</summary>
        public bool IsInNewStage { get; set; }
    }
}
