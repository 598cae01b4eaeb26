using PromptCanvas.Generation.Previews;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Selects the preview frames that a client asked for: the 64 px picture, the 256 px picture, and a late step of the 1024 px stage.</summary>
internal sealed class PartialImages(int count)
{
    private static readonly string[] Stages = ["decoder", "superResolution256", "superResolution1024"];

    private readonly Dictionary<int, Progress> pictures = [];

    /// <returns>The frames to send now, each with its number.</returns>
    public IEnumerable<(int Number, PreviewFrame Frame)> Take(PreviewFrame frame)
    {
        var stage = Array.IndexOf(Stages, frame.Stage);
        if (stage < 0 || frame.Bytes.IsEmpty)
        {
            yield break;
        }

        if (!pictures.TryGetValue(frame.ImageIndex, out var progress))
        {
            pictures[frame.ImageIndex] = progress = new Progress();
        }

        // The last frame of a stage may have been dropped; then send the latest frame of that stage instead.
        if (progress.Last is { } last && stage > progress.LastStage && Give(progress, progress.LastStage) is { } overtaken)
        {
            yield return (overtaken, last);
        }

        (progress.Last, progress.LastStage) = (frame, stage);
        var isLate = frame.Step >= (stage == Stages.Length - 1 ? frame.Steps - 1 : frame.Steps);
        if (isLate && Give(progress, stage) is { } number)
        {
            yield return (number, frame);
        }
    }

    private int? Give(Progress progress, int stage) =>
        progress.Given < count && progress.Stages.Add(stage) ? progress.Given++ : null;

    private sealed class Progress
    {
        public PreviewFrame? Last { get; set; }

        public int LastStage { get; set; }

        public HashSet<int> Stages { get; } = [];

        public int Given { get; set; }
    }
}
