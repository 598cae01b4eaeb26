using System.Text.Json;
using PromptCanvas.Provenance.Manifests;

namespace PromptCanvas.Provenance.Reading;

/// <summary>What checked assertions tell.</summary>
internal static class ManifestStory
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    public static ManifestReport Of(CborValue claim, IReadOnlyDictionary<string, CborValue> held, SignerReport? signer, IReadOnlyList<ManifestCheck> checks) => new(
        claim["dc:title"]?.Text,
        GeneratorOf(claim),
        [.. held.Where(pair => pair.Key.StartsWith("c2pa.actions", StringComparison.Ordinal)).SelectMany(pair => pair.Value["actions"]?.Items ?? []).Select(ActionOf)],
        signer,
        checks)
    {
        Ingredients = [.. held.Where(pair => IsIngredient(pair.Key)).Select(pair => IngredientOf(pair.Value))],
        Recipe = held.TryGetValue(Labels.Recipe, out var recipe) ? RecipeOf(recipe) : null,
        Others = held.Where(pair => !IsKnown(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value.ToJson()?.ToJsonString(Readable) ?? "null"),
    };

    private static bool IsIngredient(string label) => label.StartsWith("c2pa.ingredient", StringComparison.Ordinal) && !label.StartsWith("c2pa.ingredient.thumbnail", StringComparison.Ordinal);

    private static bool IsKnown(string label) =>
        IsIngredient(label) || label is Labels.Recipe || label.StartsWith("c2pa.actions", StringComparison.Ordinal) || label.StartsWith("c2pa.hash.", StringComparison.Ordinal);

    // One in version 2, a list in version 1.
    private static string? GeneratorOf(CborValue claim) =>
        Agent(claim["claim_generator_info"] is { Items: [var first, ..] } ? first : claim["claim_generator_info"]) ?? claim["claim_generator"]?.Text;

    private static StoryIngredient IngredientOf(CborValue ingredient) => new(ingredient["dc:title"]?.Text, ingredient["relationship"]?.Text, ingredient["instanceID"]?.Text);

    private static StoryRecipe RecipeOf(CborValue recipe) =>
        new(recipe["kind"]?.Text, recipe["model"]?.Text, recipe["prompt"]?.Text, recipe["seed"]?.Number, recipe["recipe"]?.Text);

    private static StoryAction ActionOf(CborValue action) => new(
        action["action"]?.Text ?? "",
        action["softwareAgent"]?.Text ?? Agent(action["softwareAgent"]),
        action["digitalSourceType"]?.Text?.Split('/')[^1],
        action["when"]?.Text);

    private static string? Agent(CborValue? agent) => (agent?["name"]?.Text, agent?["version"]?.Text) switch
    {
        ({ } name, { } version) => $"{name} {version}",
        (var name, _) => name,
    };
}
