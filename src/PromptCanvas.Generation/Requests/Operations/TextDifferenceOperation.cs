using System.Text.Json.Serialization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>Changes the source along the difference of two captions, in a row of frames.</summary>
public sealed record TextDifferenceOperation(
    [property: JsonPropertyName("picture")] Guid Source, string From, string To, int Frames = TextDifferenceOperation.DefaultFrames) : JobOperation(Shape)
{
    public const int DefaultFrames = 5;

    internal static OperationDefinition Shape { get; } = new(JobKinds.TextDifference, ApiScopes.Vary, PromptUse.None, ["source", "from", "to", "frames"], Read);

    internal override int? Row => Frames;

    internal override string Title => $"{From} → {To}";

    internal override IEnumerable<string> Texts => [From, To];

    internal override IReadOnlyList<PictureUse> Pictures => [new(Source, JobInputRoles.Source)];

    internal override JobOperation WithPictures(Func<Guid, Guid> idOf) => this with { Source = idOf(Source) };

    internal override JobOperation WithTexts(Func<string, string> of) => this with { From = of(From), To = of(To) };

    internal override Result Check() =>
        Phrases.Check("from", From) && Phrases.Check("to", To)
        && (RequestRules.Captions(From, To) is { } same ? new InvalidInput("to", same) : Result.Done);

    internal override async Task<Result<EngineRequest>> PrepareAsync(GenerationRequest request, OperationInputs inputs, CancellationToken cancellationToken) =>
        new EngineRequest(request with { Origin = new TextDifferenceOrigin(await inputs.ReadSourceAsync(0, cancellationToken), From, To) }, null);

    private static Result<JobOperation> Read(OperationFields fields) => fields.WithSource(source =>
        new TextDifferenceOperation(source, fields.From?.Trim() ?? "", fields.To?.Trim() ?? "", fields.Frames ?? DefaultFrames));
}
