using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Requests;

/// <summary>What an engine is asked for a job.</summary>
/// <param name="Plan">Where it paints into a picture; null where pictures are made as a whole.</param>
internal sealed record EngineRequest(GenerationRequest Request, EditPlan? Plan)
{
    // Far from the seeds of the same request and of the frames of its pictures; any odd number with as many bits would do.
    private const uint OtherSeed = 0x85EBCA6B;

    /// <summary>Of its pictures, in pixels.</summary>
    public int Width => Plan?.Picture.Width ?? Request.Size;

    /// <summary>Of its pictures, in pixels.</summary>
    public int Height => Plan?.Picture.Height ?? Request.Size;

    /// <summary>One sentence that says what to do; null when it can be made.</summary>
    public string? Validate(IImageEngine engine) => Plan is null ? engine.Validate(Request) : PictureEditor.Validate(engine, Plan, Request);

    /// <summary>Whether a picture may have another seed than its index gives it: the frames of a row share theirs.</summary>
    public bool CanTryAnotherSeed => Request.Origin is not { IsRow: true };

    /// <summary>The same for some of its pictures, from the beginning and with a seed of their own; the same one on every call.</summary>
    public EngineRequest WithAnotherSeed(IReadOnlyList<int> imageIndices) => this with
    {
        Request = Request with { Seed = unchecked(Request.Seed + OtherSeed), ImageIndices = imageIndices, Finished = null, ReportsStages = false },
    };

    public IAsyncEnumerable<GenerationEvent> RunAsync(IImageEngine engine, CancellationToken cancellationToken) =>
        Plan is null ? engine.GenerateAsync(Request, cancellationToken) : PictureEditor.EditAsync(engine, Plan, Request, cancellationToken);
}
