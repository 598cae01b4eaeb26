using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>Mixes pictures and phrases.</summary>
/// <param name="Frames">The number of frames of a row from the first input to the last; null = every picture is the mixture.</param>
public sealed record BlendOperation(IReadOnlyList<BlendInput> Inputs, int? Frames = null) : JobOperation(Shape)
{
    internal static OperationDefinition Shape { get; } = new(JobKinds.Blend, ApiScopes.Vary, PromptUse.None, ["inputs", "frames", "style", "styleWeight"], Read);

    internal override int? Row => Frames;

    internal override string Title => string.Join(" + ", Inputs.Select(input => input.Text ?? "a picture"));

    internal override IEnumerable<string> Texts => Inputs.Select(input => input.Text ?? "");

    internal override IReadOnlyList<PictureUse> Pictures =>
        [.. Inputs.Where(input => input.Picture is not null).Select(input => new PictureUse(input.Picture!.Value, JobInputRoles.Blended))];

    internal override JobOperation WithPictures(Func<Guid, Guid> idOf) =>
        this with { Inputs = [.. Inputs.Select(input => input.Picture is { } picture ? input with { Picture = idOf(picture) } : input)] };

    internal override JobOperation WithTexts(Func<string, string> of) =>
        this with { Inputs = [.. Inputs.Select(input => input.Text is { } text ? input with { Text = of(text) } : input)] };

    internal override Result Check()
    {
        if (RequestRules.Inputs(Inputs.Count) is { } number)
        {
            return new InvalidInput("inputs", number);
        }

        if (Inputs.Any(input => input.Picture is null == input.Text is null))
        {
            return new InvalidInput("inputs", "Each input is either a picture (\"image\") or a phrase (\"text\").");
        }

        return RequestRules.Weights([.. Inputs.Select(input => input.Weight ?? 1)]) is { } weights
            ? new InvalidInput("inputs", weights)
            : Inputs.Where(input => input.Text is not null).Select(input => Phrases.Check("inputs", input.Text!)).FirstOrDefault(check => check.Refusal is not null);
    }

    internal override async Task<Result<EngineRequest>> PrepareAsync(GenerationRequest request, OperationInputs inputs, CancellationToken cancellationToken)
    {
        var members = new List<ConditioningInput>();
        var slot = 0;
        foreach (var input in Inputs)
        {
            members.Add(input.Picture is null ? new TextInput(input.Text ?? "") : new ImageInput(await inputs.ReadSourceAsync(slot++, cancellationToken)));
        }

        var weights = Inputs.Any(input => input.Weight is not null) ? Inputs.Select(input => input.Weight ?? 1).ToArray() : null;
        return new EngineRequest(request with { Origin = new BlendOrigin(members, weights) { AsFrames = Frames is not null } }, null);
    }

    private static Result<JobOperation> Read(OperationFields fields)
    {
        var inputs = new List<BlendInput>();
        foreach (var input in fields.Inputs ?? [])
        {
            if (input?.Image is { } image && !Guid.TryParse(image, out _))
            {
                return OperationFields.NoPicture(image);
            }

            inputs.Add(new BlendInput(input?.Image is { } id ? Guid.Parse(id) : null, input?.Text, input?.Weight));
        }

        return new BlendOperation(inputs, fields.Frames);
    }
}

/// <summary>A member of a blend: either a picture or a phrase.</summary>
/// <param name="Weight">Null = 1 where other members have a weight, equal parts where none has.</param>
public sealed record BlendInput(Guid? Picture, string? Text, double? Weight = null);
