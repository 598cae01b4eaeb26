using System.Text.Json.Serialization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>Extends the source beyond its edges, from the prompt or, without one, from the source alone.</summary>
public sealed record ExtendOperation([property: JsonPropertyName("picture")] Guid Source, Extension Extension) : JobOperation(Shape)
{
    internal static OperationDefinition Shape { get; } =
        new(JobKinds.Extend, ApiScopes.Edit, PromptUse.Optional, ["prompt", "source", "extend", "aspect", "style", "styleWeight"], Read) { PaintsIntoSource = true, KeepsSourcePrompt = true };

    /// <summary>The aspect ratio to extend to, in the form W:H, in place of <see cref="Extension"/>; null = by pixels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Aspect { get; init; }

    internal override string Title => "a picture extended";

    internal override string? WithoutStyle(string? prompt) =>
        string.IsNullOrWhiteSpace(prompt) ? "Without a prompt the picture is continued as it is; describe it, or leave the style out." : null;

    internal override IReadOnlyList<PictureUse> Pictures => [new(Source, JobInputRoles.Source)];

    internal override JobOperation WithPictures(Func<Guid, Guid> idOf) => this with { Source = idOf(Source) };

    internal override Result Check() => Aspect is null || AspectRatio.TryParse(Aspect, out _) ? Result.Done : OperationFields.NoAspect(Excerpt.Of(Aspect));

    internal override async Task<Result<EngineRequest>> PrepareAsync(GenerationRequest request, OperationInputs inputs, CancellationToken cancellationToken)
    {
        var picture = await inputs.ReadAsync(0, cancellationToken);
        var plan = AspectRatio.TryParse(Aspect, out var aspect) ? EditPlan.Extend(picture, aspect) : EditPlan.Extend(picture, Extension);
        return EngineRequest.Painting(request, plan, await inputs.ReadTransparentAsync(0, cancellationToken));
    }

    private static Result<JobOperation> Read(OperationFields fields) => fields.WithSource(Result<JobOperation> (source) => fields switch
    {
        { Extend: not null, Aspect: not null } => new InvalidInput("aspect", "Say either by how many pixels or to which aspect ratio the picture is extended, not both."),
        { Extend: { } sides } => new ExtendOperation(source, sides),
        { Aspect: { } text } => OperationFields.AspectOf(text).TryGet(out var aspect, out var refusal) ? new ExtendOperation(source, Extension.None) { Aspect = aspect.ToString() } : refusal,
        _ => new InvalidInput("extend", "There is nothing to extend: say by how many pixels to the left, right, up or down, or name an aspect ratio such as 16:9."),
    });
}
