using System.Text.Json.Serialization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests.Editing;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>Repaints the part of the source that the mask does not keep, as the prompt says.</summary>
public sealed record EditOperation([property: JsonPropertyName("picture")] Guid Source, Guid Mask) : JobOperation(Shape)
{
    // Source and mask have the slots before.
    private const int FirstReference = 2;

    /// <summary>The largest <see cref="Feather"/>, in pixels.</summary>
    public const int MaximumFeather = 256;

    /// <summary>The largest number of <see cref="References"/>: together with the prompt they are a blend.</summary>
    public const int MaximumReferences = BlendOrigin.MaximumInputs - 1;

    internal static OperationDefinition Shape { get; } =
        new(JobKinds.Edit, ApiScopes.Edit, PromptUse.Required, ["prompt", "source", "mask", "style", "styleWeight"], Read) { PaintsIntoSource = true };

    /// <summary>Feather radius in pixels, inside the mask; 0 = a hard edge.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Feather { get; init; }

    /// <summary>Pictures that are mixed into the painted part.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Guid>? References { get; init; }

    internal override string Title => JobKinds.Edit;

    internal override IReadOnlyList<PictureUse> Pictures =>
    [
        new(Source, JobInputRoles.Source),
        new(Mask, JobInputRoles.Mask),
        .. (References ?? []).Select(reference => new PictureUse(reference, JobInputRoles.Blended)),
    ];

    internal override JobOperation WithPictures(Func<Guid, Guid> idOf) => this with
    {
        Source = idOf(Source),
        Mask = idOf(Mask),
        References = References is null ? null : [.. References.Select(idOf)],
    };

    internal override Result Check() =>
        Feather is < 0 or > MaximumFeather ? new InvalidInput("feather", $"A feather has 0 to {MaximumFeather} pixels.")
        : References is { Count: > MaximumReferences } ? new InvalidInput("references", $"At most {MaximumReferences} pictures can be mixed into a painted part.")
        : Result.Done;

    internal override async Task<Result<EngineRequest>> PrepareAsync(GenerationRequest request, OperationInputs inputs, CancellationToken cancellationToken)
    {
        var picture = await inputs.ReadAsync(0, cancellationToken);
        var mask = await inputs.ReadMaskAsync(1, cancellationToken);
        if (References is { Count: > 0 } references)
        {
            request = request with { Origin = await MixtureAsync(request.Prompt, references.Count, inputs, cancellationToken) };
        }

        return EngineRequest.Painting(request, EditPlan.Edit(picture, mask, Feather), await inputs.ReadTransparentAsync(0, cancellationToken));
    }

    // The prompt has the weight 1, as the changed picture has where pictures are changed by words.
    private static async Task<BlendOrigin> MixtureAsync(string prompt, int references, OperationInputs inputs, CancellationToken cancellationToken)
    {
        var mixed = new List<ConditioningInput> { new TextInput(prompt) };
        for (var reference = 0; reference < references; reference++)
        {
            mixed.Add(new ImageInput(await inputs.ReadSourceAsync(FirstReference + reference, cancellationToken)));
        }

        return new BlendOrigin(mixed, [1, .. Enumerable.Repeat(ChangeOrigin.ReferenceWeight, references)]);
    }

    private static Result<JobOperation> Read(OperationFields fields) =>
        fields.WithSource(source => fields.WithMask(mask => new EditOperation(source, mask)));
}
