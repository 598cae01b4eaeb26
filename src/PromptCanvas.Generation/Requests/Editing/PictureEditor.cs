using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Editing;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Requests.Editing;

/// <summary>Runs an edit plan: an engine paints each frame, and the results are pasted into the picture at its own size.</summary>
public static class PictureEditor
{
    // Odd and near 2³²/φ, so that the seeds of a picture's frames are far from those of the other pictures.
    private const uint FrameSeedStride = 0x9E3779B9;

    /// <summary>Checks a plan and request without running them; null if they are valid.</summary>
    public static string? Validate(IImageEngine engine, EditPlan plan, GenerationRequest request)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(plan);
        var canvas = new EditCanvas(plan.Picture, plan.Mask);
        if (plan.Composed is null)
        {
            return engine.Validate(request with { Known = KnownRegionOf(canvas, plan.Frames[0], MaximumProbe) });
        }

        canvas.Paste(plan.Frames[0], new RgbImage(1, 1, new byte[RgbImage.Channels]));
        return engine.Validate(request) ?? engine.Validate(Continuing(request) with { Known = KnownRegionOf(canvas, plan.Frames[1], MaximumProbe) });
    }

    // 4 bytes per pixel of a canvas and 3 in the resulting picture: at most half a gigabyte for all edits together.
    private const long PixelsAtOnce = 64_000_000;

    // Backpressure: the next finished picture waits until the previous one is consumed.
    private const int EventsAhead = 1;

    private static readonly PixelCapacity Canvases = new(PixelsAtOnce);

    // A small probe suffices for validation: the engine checks which pixels are known, not their values.
    private const int MaximumProbe = 64;

    /// <summary>Edits the pictures of a request, frame by frame; several pictures concurrently, within the capacity.</summary>
    /// <param name="engine">The engine that paints the frames.</param>
    /// <param name="plan">The region to paint, and its frames.</param>
    /// <param name="request">Prompt, seed and count; its size is the side at which a frame is painted.</param>
    /// <param name="cancellationToken">Cancels unfinished pictures within one step.</param>
    /// <returns>The engine's events. Stages belong to a frame; progress, predicted and finished pictures refer to the whole picture, whose kept pixels are unchanged.</returns>
    public static IAsyncEnumerable<GenerationEvent> EditAsync(
        IImageEngine engine, EditPlan plan, GenerationRequest request, CancellationToken cancellationToken) =>
        EditAsync(engine, plan, request, Canvases, cancellationToken);

    /// <summary>Like the public overload, with its own capacity.</summary>
    internal static async IAsyncEnumerable<GenerationEvent> EditAsync(
        IImageEngine engine, EditPlan plan, GenerationRequest request, PixelCapacity canvases, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(request);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var events = Channel.CreateBounded<GenerationEvent>(new BoundedChannelOptions(EventsAhead) { SingleReader = true });
        var indices = request.ImageIndices ?? [.. Enumerable.Range(0, request.Count)];
        var making = Task.WhenAll(indices.Select(index => PaintAsync(engine, plan, request, index, canvases, events.Writer, stopping.Token)));
        var closing = making.ContinueWith(
            done => events.Writer.TryComplete(done.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            await foreach (var value in events.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return value;
            }

            await making.ConfigureAwait(false);
        }
        finally
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await closing.ConfigureAwait(false);
        }
    }

    /// <summary>The whole picture with the decoder's result of its last frame, at the decoder's size.</summary>
    /// <returns>Null if further frames follow.</returns>
    public static RgbImage? Decoded(EditPlan plan, StageResult result)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(result);
        if (result.Picture is not { } decoded || result.Frame != plan.Frames.Count - 1)
        {
            return null;
        }

        var canvas = new EditCanvas(plan.Picture, plan.Mask);
        if (result.Canvas is { } before)
        {
            canvas.Restore(new RgbImage(before.Width, before.Height, before.Rgb), plan.Frames.Take(result.Frame));
        }

        canvas.Paste(plan.Frames[result.Frame], decoded.ToRgb());
        return Resizer.ResizeLongerSide(canvas.ToImage(), Math.Max(decoded.Width, decoded.Height));
    }

    private static async Task PaintAsync(
        IImageEngine engine, EditPlan plan, GenerationRequest request, int index, PixelCapacity canvases, ChannelWriter<GenerationEvent> events,
        CancellationToken cancellationToken)
    {
        using var reserved = await canvases.EnterAsync((long)plan.Picture.Width * plan.Picture.Height, cancellationToken).ConfigureAwait(false);
        var canvas = new EditCanvas(plan.Picture, plan.Mask);
        var seed = unchecked(request.Seed + (uint)index);
        var timings = new List<StageTiming>();
        ImageCompleted? first = null;
        for (var frame = Resume(plan, request, index, canvas, timings); frame < plan.Frames.Count; frame++)
        {
            var square = plan.Frames[frame];
            var preview = new Lazy<EditPreview>(() => new EditPreview(canvas, square, StepCompleted.MaximumPreviewSize));
            await foreach (var value in engine.GenerateAsync(Framed(plan, request, index, frame, canvas), cancellationToken).ConfigureAwait(false))
            {
                switch (value)
                {
                    case StepCompleted step:
                        await events.WriteAsync(
                            step with { Seed = seed, Progress = (frame + step.Progress) / plan.Frames.Count, PredictedImage = InPlace(step.PredictedImage, preview) },
                            cancellationToken).ConfigureAwait(false);
                        break;
                    case StageCompleted stage:
                        var ofWhole = OfWhole(stage, first, canvas, plan);
                        await events.WriteAsync(
                            ofWhole with { Seed = seed, Result = InWhole(ofWhole.Result, frame, canvas, timings) }, cancellationToken).ConfigureAwait(false);
                        break;
                    case ImageCompleted painted:
                        canvas.Paste(plan.Frames[frame], painted.Image.ToRgb());
                        timings.AddRange(painted.Timings);
                        first ??= plan.Composed is null ? null : painted;
                        if (plan.Feather > 0 && frame == plan.Frames.Count - 1)
                        {
                            canvas.Feather(plan.Picture, plan.Mask, plan.Feather);
                        }

                        GenerationEvent whole = frame < plan.Frames.Count - 1
                            ? new StageCompleted(index, seed, InWhole(new StageResult(null, [], null, []), frame + 1, canvas, timings))
                            : Whole(painted, first, canvas, plan, timings) with { Seed = seed };
                        await events.WriteAsync(whole, cancellationToken).ConfigureAwait(false);
                        break;
                    default:
                        await events.WriteAsync(value with { Seed = seed }, cancellationToken).ConfigureAwait(false);
                        return;
                }
            }
        }
    }

    /// <summary>Restores the canvas from the checkpoint of an earlier run.</summary>
    /// <returns>Index of the first frame to paint.</returns>
    private static int Resume(EditPlan plan, GenerationRequest request, int index, EditCanvas canvas, List<StageTiming> timings)
    {
        // A composed picture resumes within its first square only, whose embedding and recipe are the picture's.
        if (plan.Composed is not null || request.Finished?.GetValueOrDefault(index) is not { Frame: > 0, Canvas: { } whole } result
            || result.Frame >= plan.Frames.Count || whole.Width != canvas.Width || whole.Height != canvas.Height)
        {
            return 0;
        }

        canvas.Restore(new RgbImage(whole.Width, whole.Height, whole.Rgb), plan.Frames.Take(result.Frame));
        if (result.Stage is null)
        {
            timings.AddRange(result.Timings);
        }

        return result.Frame;
    }

    // The other squares of a composed picture continue the first; with the prompt each of them would show its objects again.
    private static GenerationRequest Continuing(GenerationRequest request) => request with
    {
        Prompt = "",
        Overrides = request.Overrides with { Conditioning = ConditioningMode.KnownPicture, PriorCandidates = null, Style = null },
    };

    private static GenerationRequest Framed(EditPlan plan, GenerationRequest request, int index, int frame, EditCanvas canvas) => (plan.Composed is not null && frame > 0 ? Continuing(request) : request) with
    {
        Seed = unchecked(request.Seed + ((uint)frame * FrameSeedStride)),
        ImageIndices = [index],
        Known = plan.Composed is not null && frame == 0 ? null : KnownRegionOf(canvas, plan.Frames[frame], request.Size),
        Finished = request.Finished?.GetValueOrDefault(index) is { } result && result.Frame == frame
            ? new Dictionary<int, StageResult> { [index] = result }
            : null,
    };

    // The prompt's embedding and recipe are those of a composed picture's first square.
    private static StageCompleted OfWhole(StageCompleted stage, ImageCompleted? first, EditCanvas canvas, EditPlan plan) => stage with
    {
        Recipe = stage.Recipe is { } recipe ? OfWhole(first?.Recipe ?? recipe, canvas, plan) : null,
        Result = first is null ? stage.Result : stage.Result with { ImageEmbedding = first.ImageEmbedding },
    };

    private static EffectiveRecipe OfWhole(EffectiveRecipe recipe, EditCanvas canvas, EditPlan plan) => plan.Composed is { } aspect
        ? recipe with { Size = Math.Max(canvas.Width, canvas.Height), Aspect = aspect.ToString(), Squares = plan.Frames.Count }
        : recipe with { Kind = plan.Kind };

    // Watchers see the picture with the painted part forming in its place. A preview is prepared only for watchers.
    private static SignedImage? InPlace(SignedImage? predicted, Lazy<EditPreview> preview)
    {
        if (predicted is null)
        {
            return null;
        }

        var whole = preview.Value.Show(predicted.ToRgb());
        return SignedImage.WrapRgbBytes(whole.Width, whole.Height, whole.Bytes.ToArray());
    }

    private static StageResult InWhole(StageResult result, int frame, EditCanvas canvas, List<StageTiming> before) => result with
    {
        Frame = frame,
        Canvas = frame == 0 ? null : new SourcePicture(canvas.Width, canvas.Height, CopyOf(canvas)),
        Timings = Sums(before.Concat(result.Timings)),
    };

    private static ImageCompleted Whole(ImageCompleted last, ImageCompleted? first, EditCanvas canvas, EditPlan plan, List<StageTiming> timings) => last with
    {
        ImageEmbedding = (first ?? last).ImageEmbedding,
        Image = SignedImage.WrapRgbBytes(canvas.Width, canvas.Height, CopyOf(canvas)),
        Recipe = OfWhole((first ?? last).Recipe, canvas, plan),
        Timings = Sums(timings),
    };

    // Copies, because painting continues on the canvas.
    private static byte[] CopyOf(EditCanvas canvas) => canvas.ToImage().Bytes.ToArray();

    private static StageTiming[] Sums(IEnumerable<StageTiming> timings) =>
        [.. timings.GroupBy(timing => timing.Stage).Select(stage => new StageTiming(stage.Key, stage.Sum(timing => timing.Seconds)))];

    private static KnownRegion KnownRegionOf(EditCanvas canvas, PixelRectangle frame, int maximumSide)
    {
        var (picture, keep) = canvas.Cut(frame, maximumSide);
        return new KnownRegion(SignedImage.FromRgbBytes(picture.Width, picture.Height, picture.Bytes.Span), keep.Values);
    }
}
