using System.Text.Json.Serialization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>Draws pictures for the prompt.</summary>
/// <param name="Aspect">Width to height; the requested size is the longer side.</param>
public sealed record GenerateOperation([property: JsonIgnore] AspectRatio Aspect) : JobOperation(Shape)
{
    /// <summary>Square pictures.</summary>
    public GenerateOperation()
        : this(AspectRatio.Square)
    {
    }

    /// <summary>The form of <see cref="Aspect"/> in JSON.</summary>
    [JsonConstructor]
    internal GenerateOperation(string ratio)
        : this(AspectRatio.TryParse(ratio, out var aspect) ? aspect : AspectRatio.Square)
    {
    }

    internal static OperationDefinition Shape { get; } =
        new(JobKinds.Generate, ApiScopes.Generate, PromptUse.Required, ["prompt", "aspect", "style", "styleWeight"], fields => WithAspect(fields.Aspect));

    /// <summary>Such as <c>16:9</c>.</summary>
    public string Ratio => Aspect.ToString();

    internal override bool NeedsOnlyPrompt => Aspect.IsSquare;

    internal override Result Check() => Aspect.IsValid ? Result.Done : OperationFields.NoAspect(Ratio);

    internal override string Title => JobKinds.Generate;

    internal override Task<Result<EngineRequest>> PrepareAsync(GenerationRequest request, OperationInputs inputs, CancellationToken cancellationToken) =>
        Task.FromResult<Result<EngineRequest>>(new EngineRequest(request with { Aspect = Aspect }, null));

    /// <summary>Pictures of a ratio such as <c>16:9</c>.</summary>
    /// <param name="text">Null = square pictures.</param>
    public static Result<JobOperation> WithAspect(string? text) => text is null
        ? new GenerateOperation()
        : OperationFields.AspectOf(text).TryGet(out var aspect, out var refusal) ? new GenerateOperation(aspect) : refusal;
}
