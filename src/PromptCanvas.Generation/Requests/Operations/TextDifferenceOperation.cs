using System.Text.Json.Serialization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>Changes the source along the difference of two captions, in a row of frames.</summary>
public sealed record TextDifferenceOperation(
    [property: JsonPropertyName("picture")] Guid Source, string From, string To, int Frames = TextDifferenceOperation.DefaultFrames) : JobOperation(Shape)
{
    public const int DefaultFrames = 5;

    internal static OperationDefinition Shape { get; } = new(JobKinds.TextDifference, ApiScopes.Vary, PromptUse.None, ["source", "from", "to", "frames"], Read)
    {
        WithoutStyle = "A row between two captions begins with the picture as it is, so no style can be added; leave it out.",
    };

    /// <summary>Whether the pictures are independent results at the full difference instead of frames of a row. The caption of the source may be unknown then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool StandsAlone { get; init; }

    /// <summary>Pictures that are mixed in; only for independent pictures.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Guid>? References { get; init; }

    internal override string? WithoutStyle(string? prompt) => StandsAlone ? null : base.WithoutStyle(prompt);

    internal override int? Row => StandsAlone ? null : Frames;

    internal override string Title => From.Length > 0 ? $"{From} → {To}" : To;

    internal override IEnumerable<string> Texts => [From, To];

    internal override IReadOnlyList<PictureUse> Pictures =>
        [new(Source, JobInputRoles.Source), .. (References ?? []).Select(reference => new PictureUse(reference, JobInputRoles.Blended))];

    internal override JobOperation WithPictures(Func<Guid, Guid> idOf) => this with
    {
        Source = idOf(Source),
        References = References is null ? null : [.. References.Select(idOf)],
    };

    internal override JobOperation WithTexts(Func<string, string> of) => this with { From = of(From), To = of(To) };

    internal override Result Check() =>
        (StandsAlone && From.Length == 0 ? Result.Done : Phrases.Check("from", From)) && Phrases.Check("to", To)
        && (RequestRules.Captions(From, To) is { } same ? new InvalidInput("to", same) : Result.Done);

    internal override async Task<Result<EngineRequest>> PrepareAsync(GenerationRequest request, OperationInputs inputs, CancellationToken cancellationToken)
    {
        var source = await inputs.ReadSourceAsync(0, cancellationToken);
        if (!StandsAlone)
        {
            return new EngineRequest(request with { Origin = new TextDifferenceOrigin(source, From, To) }, null);
        }

        var references = new List<SourcePicture>();
        for (var slot = 1; slot <= (References?.Count ?? 0); slot++)
        {
            references.Add(await inputs.ReadSourceAsync(slot, cancellationToken));
        }

        return new EngineRequest(request with { Origin = new ChangeOrigin(source, From, To) { References = references } }, null);
    }

    private static Result<JobOperation> Read(OperationFields fields) => fields.WithSource(source =>
        new TextDifferenceOperation(source, fields.From?.Trim() ?? "", fields.To?.Trim() ?? "", fields.Frames ?? DefaultFrames));
}
