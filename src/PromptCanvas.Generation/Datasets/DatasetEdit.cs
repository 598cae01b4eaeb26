namespace PromptCanvas.Generation.Datasets;

/// <summary>How a data set's pictures get masks: a base picture is drawn first, then the prompt is painted into a box of it.</summary>
/// <param name="Base">The base picture's prompt, with some of the template's slots.</param>
/// <param name="Box">The box, as <see cref="DatasetBoxes.Parse"/> reads it.</param>
public sealed record DatasetEdit(string Base, string Box)
{
    /// <summary>How many pictures are drawn for one: its base, and itself.</summary>
    public const int Draws = 2;

    public const string DefaultBox = "0.3-0.6";

    /// <summary>The edit of an order; null = its pictures are drawn at once.</summary>
    /// <param name="basePrompt">Null or empty = no edit.</param>
    /// <param name="box">Null or empty = <see cref="DefaultBox"/>.</param>
    internal static DatasetEdit? Of(string? basePrompt, string? box) =>
        string.IsNullOrWhiteSpace(basePrompt) ? null : new DatasetEdit(basePrompt, string.IsNullOrWhiteSpace(box) ? DefaultBox : box);

    /// <summary>Refuses a box without a base.</summary>
    internal static Result Check(string? basePrompt, string? box) => string.IsNullOrWhiteSpace(basePrompt) && !string.IsNullOrWhiteSpace(box)
        ? new InvalidInput("base", "A box needs a base: say what the picture shows before the box is painted.")
        : Result.Done;
}
