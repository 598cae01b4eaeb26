using System.Security.Cryptography;

namespace PromptCanvas.Web.Features.Create;

/// <summary>Writes prompts about the shapes that the starter model was trained on. Prompts are in the model's language, hence not translated.</summary>
public sealed class PromptIdeas(Func<int, int> pick) : IPromptIdeas
{
    private static readonly string[] Colours = ["red", "green", "blue", "yellow", "purple", "orange", "pink", "brown", "black", "white"];

    private static readonly string[] Shapes =
        ["circle", "square", "triangle", "star", "heart", "ring", "cross", "cube", "sphere", "cylinder", "cone", "pyramid"];

    private static readonly string[] Relations = ["on top of", "next to"];
    private static readonly string[] Counts = ["two", "three"];
    private static readonly string[] Backgrounds = ["white", "yellow", "pink", "blue", "purple", "green"];
    private static readonly string[] Places = ["on a beach", "in a meadow", "under a night sky", "in the snow"];
    private static readonly string[] Styles = ["a pencil sketch of", "pixel art of"];

    /// <summary>Prompts offered on the first visit.</summary>
    public static IReadOnlyList<string> Examples { get; } =
        ["a red cube on top of a blue cube", "pixel art of a purple heart", "an orange pyramid in the snow"];

    /// <summary>Random prompts.</summary>
    public PromptIdeas()
        : this(RandomNumberGenerator.GetInt32)
    {
    }

    /// <inheritdoc/>
    public string Next()
    {
        var scene = pick(3) switch
        {
            0 => $"{One()} {Of(Relations)} {One()}",
            1 => $"{Of(Counts)} {Of(Colours)} {Plural(Of(Shapes))}",
            _ => One(),
        };
        return pick(4) switch
        {
            0 => scene,
            1 => $"{scene} on a {Of(Backgrounds)} background",
            2 => $"{scene} {Of(Places)}",
            _ => $"{Of(Styles)} {scene}",
        };
    }

    private static string Plural(string shape) => shape is "cross" ? "crosses" : $"{shape}s";

    // A colour precedes every shape, so the colour alone decides between "a" and "an".
    private string One()
    {
        var colour = Of(Colours);
        return $"{(colour is "orange" ? "an" : "a")} {colour} {Of(Shapes)}";
    }

    private string Of(string[] words) => words[pick(words.Length)];
}
