using System.Diagnostics;
using System.Text.Json;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Supervision;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Previews;

/// <summary>Publishes engine steps as preview frames. Encodes a picture only if the job has watchers and a frame is due.</summary>
internal sealed class PreviewPublisher(IPreviewBus bus, PreviewPace pace, BackgroundFaults faults)
{
    private long encoded;

    /// <summary>Pictures encoded since the start.</summary>
    public long Encoded => Interlocked.Read(ref encoded);

    public bool Wanted(Guid jobId, int imageIndex) => bus.HasWatchers(jobId) && pace.IsDue(jobId, imageIndex);

    /// <param name="size">The requested longer side in pixels. Previews of the upsampling stages have at most half of it: the last one equals
    /// the finished picture except for its size.</param>
    /// <param name="filter">Checks a frame before it is published; null = no image rules.</param>
    public void Publish(Guid jobId, StepCompleted step, int size, IPreviewFilter? filter, CancellationToken cancellationToken)
    {
        var side = LargestSide(step.Stage, size);
        pace.Reached(jobId, step.ImageIndex, step.Stage);
        var image = Wanted(jobId, step.ImageIndex) ? step.PredictedImage : null;
        var picture = image is not null && filter is null ? Encode(jobId, step.ImageIndex, image, side) : null;
        if (step.Progress >= 1)
        {
            pace.Finished(jobId, step.ImageIndex);
        }

        Publish(jobId, step, picture);
        if (image is not null && filter is not null && filter.TryBegin(step.ImageIndex))
        {
            faults.Run(nameof(PreviewPublisher), () => PublishJudgedAsync(jobId, step, image, side, filter, cancellationToken));
        }
    }

    /// <summary>Publishes the frame after the safety check, without blocking the engine's stream.</summary>
    private async Task PublishJudgedAsync(Guid jobId, StepCompleted step, SignedImage image, int side, IPreviewFilter filter, CancellationToken cancellationToken)
    {
        try
        {
            if (await filter.AllowsPreviewAsync(step.ImageIndex, Reduce(image, side), cancellationToken))
            {
                Publish(jobId, step, Encode(jobId, step.ImageIndex, image, side));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The job ended; its preview is not needed any more.
        }
        finally
        {
            filter.End(step.ImageIndex);
        }
    }

    private void Publish(Guid jobId, StepCompleted step, EncodedPicture? picture) =>
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

    private static int LargestSide(GenerationStage stage, int size) => stage is GenerationStage.SuperResolution256 or GenerationStage.SuperResolution1024
        ? Math.Clamp(size / 2, 1, PreviewEncoder.MaximumSide)
        : PreviewEncoder.MaximumSide;

    private EncodedPicture Encode(Guid jobId, int imageIndex, SignedImage image, int side)
    {
        Interlocked.Increment(ref encoded);
        var start = Stopwatch.GetTimestamp();
        var small = Reduce(image, side);
        var picture = PreviewEncoder.Encode(small.ToRgb(), side);
        pace.Encoded(jobId, imageIndex, Stopwatch.GetElapsedTime(start));
        return picture;
    }

    // Block means before conversion to bytes: a sixteenth of the work for a 1024² prediction.
    private static SignedImage Reduce(SignedImage image, int side)
    {
        var factor = Math.Max(image.Width, image.Height) / side;
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
