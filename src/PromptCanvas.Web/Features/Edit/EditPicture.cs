using PromptCanvas.Generation.Requests;


namespace PromptCanvas.Web.Features.Edit;

/// <summary>What a person asks for on the Edit page.</summary>
/// <param name="IdempotencyKey">Minted once per press: the same key again gives the same job.</param>
/// <param name="Source">A picture or an upload that the person may see.</param>
public sealed record EditPicture(string IdempotencyKey, EditIntent Intent, Guid Source)
{
    /// <summary>"" to erase.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>An upload of the picture's size, transparent where to paint; null to extend.</summary>
    public Guid? Mask { get; init; }

    /// <summary>How far to paint over the edges; for Extend.</summary>
    public Extension Extension { get; init; } = new(0, 0, 0, 0);

    public int Count { get; init; } = 4;

    /// <summary>Over how many pixels, inside the mask, the picture goes over into what is painted; for Replace.</summary>
    public int Feather { get; init; }

    internal NewJob ToJob() => new()
    {
        IdempotencyKey = IdempotencyKey,
        Prompt = Prompt.Trim(),
        Count = Count,
        Material = Intent switch
        {
            EditIntent.Edit => new EditMaterial(Source, Mask.GetValueOrDefault()) { Feather = Feather },
            EditIntent.Erase => new EraseMaterial(Source, Mask.GetValueOrDefault()),
            _ => new ExtendMaterial(Source, Extension),
        },
    };
}
