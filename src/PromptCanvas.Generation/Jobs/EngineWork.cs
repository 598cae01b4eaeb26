using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Editing;

namespace PromptCanvas.Generation.Jobs;

/// <summary>What an engine is asked for a job.</summary>
/// <param name="Plan">Where it paints into a picture; null where pictures are made as a whole.</param>
internal sealed record EngineWork(GenerationRequest Request, EditPlan? Plan)
{
    /// <summary>Of its pictures, in pixels.</summary>
    public int Width => Plan?.Picture.Width ?? Request.Size;

    /// <summary>Of its pictures, in pixels.</summary>
    public int Height => Plan?.Picture.Height ?? Request.Size;

    /// <summary>One sentence that says what to do; null when it can be made.</summary>
    public string? Validate(IImageEngine engine) => Plan is null ? engine.Validate(Request) : PictureEditor.Validate(engine, Plan, Request);

    public IAsyncEnumerable<GenerationEvent> RunAsync(IImageEngine engine, CancellationToken cancellationToken) =>
        Plan is null ? engine.GenerateAsync(Request, cancellationToken) : PictureEditor.EditAsync(engine, Plan, Request, cancellationToken);
}
