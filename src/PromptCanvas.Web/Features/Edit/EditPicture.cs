using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Requests.Operations;

namespace PromptCanvas.Web.Features.Edit;

/// <summary>A request from the Edit page.</summary>
/// <param name="IdempotencyKey">Created once per submission; the same key returns the same job.</param>
/// <param name="Source">A picture or an upload that the person may see.</param>
public sealed record EditPicture(string IdempotencyKey, EditIntent Intent, Guid Source)
{
    /// <summary>Empty for Erase.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>An upload of the picture's size; transparent pixels are repainted. Null for Extend.</summary>
    public Guid? Mask { get; init; }

    /// <summary>Extension beyond the edges in pixels; for Extend.</summary>
    public Extension Extension { get; init; } = new(0, 0, 0, 0);

    public int Count { get; init; } = 4;

    /// <summary>Feather radius in pixels, inside the mask; for Edit.</summary>
    public int Feather { get; init; }

    /// <summary>A style for the painted part; counts where a prompt says what is painted.</summary>
    public StyleChoice? Style { get; init; }

    internal NewJob ToJob() => new()
    {
        IdempotencyKey = IdempotencyKey,
        Prompt = Prompt.Trim(),
        Count = Count,
        Style = TakesStyle(Intent, Prompt) ? Style : null,
        Operation = Intent switch
        {
            EditIntent.Edit => new EditOperation(Source, Mask.GetValueOrDefault()) { Feather = Feather },
            EditIntent.Erase => new EraseOperation(Source, Mask.GetValueOrDefault()),
            _ => new ExtendOperation(Source, Extension),
        },
    };

    /// <summary>Whether a style can be added: not where the picture is continued as it is.</summary>
    internal static bool TakesStyle(EditIntent intent, string prompt) => intent switch
    {
        EditIntent.Edit => true,
        EditIntent.Extend => !string.IsNullOrWhiteSpace(prompt),
        _ => false,
    };
}
