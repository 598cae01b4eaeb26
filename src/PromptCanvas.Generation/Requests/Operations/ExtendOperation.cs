using System.Text.Json.Serialization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests.Editing;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>Extends the source beyond its edges, from the prompt or, without one, from the source alone.</summary>
public sealed record ExtendOperation([property: JsonPropertyName("picture")] Guid Source, Extension Extension) : JobOperation(Shape)
{
    internal static OperationDefinition Shape { get; } =
        new(JobKinds.Extend, ApiScopes.Edit, PromptUse.Optional, ["prompt", "source", "extend"], Read) { PaintsIntoSource = true, KeepsSourcePrompt = true };

    internal override string Title => "a picture extended";

    internal override IReadOnlyList<PictureUse> Pictures => [new(Source, JobInputRoles.Source)];

    internal override JobOperation WithPictures(Func<Guid, Guid> idOf) => this with { Source = idOf(Source) };

    internal override async Task<Result<EngineRequest>> PrepareAsync(GenerationRequest request, OperationInputs inputs, CancellationToken cancellationToken) =>
        EngineRequest.Painting(
            request, EditPlan.Extend(await inputs.ReadAsync(0, cancellationToken), Extension), await inputs.ReadTransparentAsync(0, cancellationToken));

    private static Result<JobOperation> Read(OperationFields fields) => fields.WithSource(Result<JobOperation> (source) => fields.Extend is { } sides
        ? new ExtendOperation(source, sides)
        : new InvalidInput("extend", "There is nothing to extend: say by how many pixels to the left, right, up or down."));
}
