using System.Text.Json.Serialization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>Repaints the part of the source that the mask does not keep, as the prompt says.</summary>
public sealed record EditOperation([property: JsonPropertyName("picture")] Guid Source, Guid Mask) : JobOperation(Shape)
{
    /// <summary>The largest <see cref="Feather"/>, in pixels.</summary>
    public const int MaximumFeather = 256;

    internal static OperationDefinition Shape { get; } =
        new(JobKinds.Edit, ApiScopes.Edit, PromptUse.Required, ["prompt", "source", "mask"], Read) { PaintsIntoSource = true };

    /// <summary>Feather radius in pixels, inside the mask; 0 = a hard edge.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Feather { get; init; }

    internal override string Title => JobKinds.Edit;

    internal override IReadOnlyList<PictureUse> Pictures => [new(Source, JobInputRoles.Source), new(Mask, JobInputRoles.Mask)];

    internal override JobOperation WithPictures(Func<Guid, Guid> idOf) => this with { Source = idOf(Source), Mask = idOf(Mask) };

    internal override Result Check() =>
        Feather is < 0 or > MaximumFeather ? new InvalidInput("feather", $"A feather has 0 to {MaximumFeather} pixels.") : Result.Done;

    internal override async Task<Result<EngineRequest>> PrepareAsync(GenerationRequest request, OperationInputs inputs, CancellationToken cancellationToken)
    {
        var picture = await inputs.ReadAsync(0, cancellationToken);
        var mask = await inputs.ReadMaskAsync(1, cancellationToken);
        return EngineRequest.Painting(request, EditPlan.Edit(picture, mask, Feather), await inputs.ReadTransparentAsync(0, cancellationToken));
    }

    private static Result<JobOperation> Read(OperationFields fields) =>
        fields.WithSource(source => fields.WithMask(mask => new EditOperation(source, mask)));
}
