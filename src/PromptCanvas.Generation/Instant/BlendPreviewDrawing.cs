using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Instant;

/// <summary>Draws one picture directly with an engine, bypassing the queue.</summary>
internal static class BlendPreviewDrawing
{
    /// <summary>The decoder's output size, so that no super-resolution stage runs.</summary>
    public const int Size = 64;

    /// <summary>Decoder steps of a draft. With DPM-Solver++, shapes and colours match 18 steps; edges are softer.</summary>
    public const int DraftSteps = 6;

    /// <summary>Refuses where no engine runs in this process.</summary>
    public static Result CheckPlace(IEngineProvider engines) => engines.RunsHere
        ? Result.Done
        : new Unavailable("This studio serves its pages from machines without an engine, so pictures are made by its queue only.");

    /// <summary>Draws one picture.</summary>
    public static Task<Result<ImageCompleted>> DrawAsync(IImageEngine engine, GenerationRequest request, CancellationToken cancellationToken) =>
        DrawAsync(engine, request, _ => { }, cancellationToken);

    /// <summary>Draws one picture and reports its steps.</summary>
    public static async Task<Result<ImageCompleted>> DrawAsync(
        IImageEngine engine, GenerationRequest request, Action<StepCompleted> onStep, CancellationToken cancellationToken)
    {
        if (EngineRequest.Refusing(engine.Validate(request)).Refusal is { } refusal)
        {
            return refusal;
        }

        await foreach (var happened in engine.GenerateAsync(request, cancellationToken))
        {
            switch (happened)
            {
                case StepCompleted step:
                    onStep(step);
                    break;
                case ImageCompleted picture:
                    return picture;
                case ImageFailed failed:
                    return new Unavailable(failed.Reason);
            }
        }

        return new Unavailable("The picture was not drawn; try again.");
    }

    /// <summary>Converts expected failures into refusals.</summary>
    public static async Task<Result<T>> GuardAsync<T>(string model, Func<Task<Result<T>>> draw, CancellationToken cancellationToken)
    {
        try
        {
            return await draw();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Superseded("A newer picture was requested.");
        }
        catch (ModelException)
        {
            return ModelUnavailable.Of(model);
        }
        catch (PictureFormatException fault)
        {
            return new InvalidInput("inputs", fault.Message);
        }
    }

    public static EncodedPicture Encode(SignedImage image) => PreviewEncoder.Encode(image.ToRgb());
}
