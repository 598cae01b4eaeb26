using MessagePack;

using PromptCanvas.Generation.Previews;

namespace PromptCanvas.Web.Features.Previews;

/// <summary>Wire format of a preview; the field names are the same in both hub protocols.</summary>
[MessagePackObject]
public sealed record PreviewMessage(
    [property: Key("jobId")] Guid JobId,
    [property: Key("imageIndex")] int ImageIndex,
    [property: Key("stage")] string Stage,
    [property: Key("step")] int Step,
    [property: Key("steps")] int Steps,
    [property: Key("progress")] double Progress,
    [property: Key("width")] int Width,
    [property: Key("height")] int Height,
    [property: Key("contentType")] string ContentType,
    [property: Key("bytes")] ReadOnlyMemory<byte> Bytes)
{
    public static PreviewMessage Of(PreviewFrame frame) => new(
        frame.JobId,
        frame.ImageIndex,
        frame.Stage,
        frame.Step,
        frame.Steps,
        frame.Progress,
        frame.Width,
        frame.Height,
        frame.ContentType,
        frame.Bytes);
}

/// <summary>Wire format of a job's queue position.</summary>
[MessagePackObject]
public sealed record QueueUpdate(
    [property: Key("jobId")] Guid JobId,
    [property: Key("state")] string State,
    [property: Key("position")] int? Position,
    [property: Key("etaSeconds")] double? EtaSeconds,
    [property: Key("completedImages")] int CompletedImages);
