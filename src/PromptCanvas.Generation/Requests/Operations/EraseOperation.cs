using System.Text.Json.Serialization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests.Editing;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>Removes the masked object and fills in the background.</summary>
public sealed record EraseOperation([property: JsonPropertyName("picture")] Guid Source, Guid Mask) : JobOperation(Shape)
{
    internal static OperationDefinition Shape { get; } =
        new(JobKinds.Erase, ApiScopes.Edit, PromptUse.None, ["source", "mask"], Read)
        {
            PaintsIntoSource = true,
            KeepsSourcePrompt = true,
            WithoutStyle = "Erasing continues the picture as it is, so no style can be added; leave it out, or edit with a prompt.",
        };

    internal override string Title => "something erased";

    internal override IReadOnlyList<PictureUse> Pictures => [new(Source, JobInputRoles.Source), new(Mask, JobInputRoles.Mask)];

    internal override JobOperation WithPictures(Func<Guid, Guid> idOf) => this with { Source = idOf(Source), Mask = idOf(Mask) };

    internal override async Task<Result<EngineRequest>> PrepareAsync(GenerationRequest request, OperationInputs inputs, CancellationToken cancellationToken)
    {
        var picture = await inputs.ReadAsync(0, cancellationToken);
        var mask = await inputs.ReadMaskAsync(1, cancellationToken);
        return EngineRequest.Painting(request, EditPlan.Erase(picture, mask), await inputs.ReadTransparentAsync(0, cancellationToken));
    }

    private static Result<JobOperation> Read(OperationFields fields) =>
        fields.WithSource(source => fields.WithMask(mask => new EraseOperation(source, mask)));
}
