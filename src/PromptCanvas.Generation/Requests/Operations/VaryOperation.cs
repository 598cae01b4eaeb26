using System.Text.Json;
using System.Text.Json.Serialization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>Draws variations of the source.</summary>
/// <param name="Strength">0 = redraws the source … 1 = a new picture of the same content.</param>
public sealed record VaryOperation([property: JsonPropertyName("picture")] Guid Source, double Strength = VariationOrigin.Strong) : JobOperation(Shape)
{
    internal static OperationDefinition Shape { get; } = new(JobKinds.Vary, ApiScopes.Vary, PromptUse.None, ["source", "strength", "style", "styleWeight"], Read) { KeepsSourcePrompt = true };

    internal override string Title => "variations of a picture";

    internal override IReadOnlyList<PictureUse> Pictures => [new(Source, JobInputRoles.Source)];

    internal override JobOperation WithPictures(Func<Guid, Guid> idOf) => this with { Source = idOf(Source) };

    internal override Result Check() =>
        RequestRules.Strength(Strength) is { } problem ? new InvalidInput("strength", problem) : Result.Done;

    internal override async Task<Result<EngineRequest>> PrepareAsync(GenerationRequest request, OperationInputs inputs, CancellationToken cancellationToken) =>
        new EngineRequest(request with { Origin = new VariationOrigin(await inputs.ReadSourceAsync(0, cancellationToken), Strength) }, null);

    private static Result<JobOperation> Read(OperationFields fields) => fields.WithSource(Result<JobOperation> (source) => fields.Strength switch
    {
        null => new VaryOperation(source),
        { ValueKind: JsonValueKind.Number } number => new VaryOperation(source, number.GetDouble()),
        { ValueKind: JsonValueKind.String } word when word.GetString() is "subtle" => new VaryOperation(source, VariationOrigin.Subtle),
        { ValueKind: JsonValueKind.String } word when word.GetString() is "strong" => new VaryOperation(source, VariationOrigin.Strong),
        _ => new InvalidInput("strength", "The strength is a number from 0 to 1, \"subtle\" or \"strong\"."),
    });
}
