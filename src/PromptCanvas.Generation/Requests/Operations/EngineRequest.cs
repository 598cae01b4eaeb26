using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>A job's engine request.</summary>
/// <param name="Plan">The edit plan; null if pictures are generated as a whole.</param>
internal sealed record EngineRequest(GenerationRequest Request, EditPlan? Plan)
{
    // Far from the seeds of this request's other pictures and of their frames; any odd number with as many bits would do.
    private const uint OtherSeed = 0x85EBCA6B;

    /// <summary>Whether the pictures end with the decoder.</summary>
    public bool IsDraft { get; init; }

    /// <summary>A request that paints into a picture, as planned.</summary>
    /// <param name="source">The picture with its transparency; null if it is opaque.</param>
    public static Result<EngineRequest> Painting(GenerationRequest request, Result<EditPlan> planned, RgbaImage? source) =>
        planned.TryGet(out var plan, out var refusal) ? new EngineRequest(request, plan.WithTransparency(source)) : refusal;

    /// <summary>Number of squares that one picture is composed of, which is its cost in credits: each takes as much work as a square picture.</summary>
    public int Squares => Plan is { Composed: not null } composed ? composed.Frames.Count : 1;

    /// <summary>Width and height of the pictures in pixels.</summary>
    public (int Width, int Height) SizeOn(IImageEngine engine) => Plan is { Picture: var picture } ? (picture.Width, picture.Height) : engine.SizeOf(Request);

    /// <summary>The same request as an engine can run it: a model that makes squares only composes other pictures of them.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="longerSide">The pictures' longer side in pixels.</param>
    public EngineRequest FittedTo(IImageEngine engine, int longerSide)
    {
        if (IsDraft)
        {
            return this with { Request = Request with { Size = engine.DraftSize ?? Request.Size } };
        }

        if (Plan is not null || Request.Aspect.IsSquare || !engine.MakesSquaresOnly)
        {
            return this;
        }

        var plan = EditPlan.Compose(longerSide, Request.Aspect);
        return new EngineRequest(Request with { Aspect = AspectRatio.Square, Size = engine.WorkingSizeFor(plan.LargestFrame) }, plan);
    }

    /// <summary>Refuses a request that the engine cannot run: an unsupported size, steps out of range.</summary>
    public Result Check(IImageEngine engine) => IsDraft && engine.DraftSize is null
        ? new InvalidInput("kind", "This model makes its pictures in one piece, so there are no drafts; make finished pictures.")
        : Refusing(Plan is null ? engine.Validate(Request) : PictureEditor.Validate(engine, Plan, Request));

    /// <summary>The refusal for a problem that the engine reports; it names no single field.</summary>
    /// <param name="problem">One sentence; null = none.</param>
    public static Result Refusing(string? problem) => problem is null ? Result.Done : new InvalidInput("request", problem);

    /// <summary>Whether a failed picture may be retried with another seed. The frames of a row share one seed, and a draft was chosen with its own, so they cannot.</summary>
    public bool CanTryAnotherSeed => Request is { Origin: not { IsRow: true }, Seeds: null };

    /// <summary>The same request for some pictures, restarted with another, deterministic seed.</summary>
    public EngineRequest WithAnotherSeed(IReadOnlyList<int> imageIndices) => this with
    {
        Request = Request with { Seed = unchecked(Request.Seed + OtherSeed), ImageIndices = imageIndices, Finished = null, ReportsStages = false },
    };
}
