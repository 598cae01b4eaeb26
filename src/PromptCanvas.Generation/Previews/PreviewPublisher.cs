using System.Diagnostics;
using System.Text.Json;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Previews;

/// <summary>A step of the engine → a frame on the bus; the picture is encoded only when somebody watches and a frame is due.</summary>
internal sealed class PreviewPublisher(IPreviewBus bus, PreviewPace pace)
{
    private long encoded;

    /// <summary>Pictures encoded since the start.</summary>
    public long Encoded => Interlocked.Read(ref encoded);

    public bool Wanted(Guid jobId, int imageIndex) => bus.HasWatchers(jobId) && pace.IsDue(jobId, imageIndex);

    public void Publish(Guid jobId, StepCompleted step)
    {
        pace.Reached(jobId, step.ImageIndex, step.Stage);
        var picture = step.PredictedImage is { } image && Wanted(jobId, step.ImageIndex) ? Encode(jobId, step.ImageIndex, image) : null;
        if (step.Progress >= 1)
        {
            pace.Finished(jobId, step.ImageIndex);
        }

        bus.Publish(new PreviewFrame(
            jobId,
            step.ImageIndex,
            JsonNamingPolicy.CamelCase.ConvertName(step.Stage.ToString()),
            step.Step,
            step.Steps,
            step.Progress,
            picture?.Width ?? 0,
            picture?.Height ?? 0,
            picture?.ContentType ?? EncodedPicture.WebPType,
            picture?.Bytes ?? ReadOnlyMemory<byte>.Empty));
    }

    private EncodedPicture Encode(Guid jobId, int imageIndex, SignedImage image)
    {
        Interlocked.Increment(ref encoded);
        var start = Stopwatch.GetTimestamp();
        var small = Reduce(image);
        var picture = PreviewEncoder.Encode(new RgbImage(small.Width, small.Height, small.ToRgbBytes()));
        pace.Encoded(jobId, imageIndex, Stopwatch.GetElapsedTime(start));
        return picture;
    }

    // Means of blocks, before the bytes are made: a sixteenth of the work for a 1024² prediction.
    private static SignedImage Reduce(SignedImage image)
    {
        var factor = Math.Max(image.Width, image.Height) / PreviewEncoder.MaximumSide;
        if (factor <= 1 || image.Width % factor != 0 || image.Height % factor != 0)
        {
            return image;
        }

        var (width, height) = (image.Width / factor, image.Height / factor);
        var values = new float[SignedImage.Channels * width * height];
        for (var row = 0; row < SignedImage.Channels * image.Height; row++)
        {
            var source = image.Values.AsSpan(row * image.Width, image.Width);
            var target = values.AsSpan(row / factor * width, width);
            for (var x = 0; x < source.Length; x++)
            {
                target[x / factor] += source[x] / (factor * factor);
            }
        }

        return new SignedImage(width, height, values);
    }
}
