using System.Text.Json.Serialization;
using PromptCanvas.Diffusion.Guidance;

namespace PromptCanvas.Generation.Datasets;

/// <summary>What decides every picture of a data set: the same plan makes the same data set, in one run or in several.</summary>
public sealed record DatasetPlan
{
    public required string Template { get; init; }

    public required IReadOnlyList<TemplateSlot> Slots { get; init; }

    public required string Split { get; init; }

    public required int Count { get; init; }

    /// <summary>Of the draws and of the first picture: picture i, drawn for the (a + 1)-th time, has seed S + i + n·a.</summary>
    public required uint Seed { get; init; }

    public required int Size { get; init; }

    public required string Model { get; init; }

    /// <summary>The least cosine between a picture's CLIP embedding and its prompt's; null = any.</summary>
    public double? LeastSimilarity { get; init; }

    /// <summary>The least cosine distance (1 − cosine) between two pictures' CLIP embeddings; null = any.</summary>
    public double? LeastDistance { get; init; }

    /// <summary>How often a picture that is too far from its prompt or too near to another is drawn again.</summary>
    public required int Redraws { get; init; }

    /// <summary>How the pictures get masks; null = they have none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DatasetEdit? Edit { get; init; }

    /// <summary>What one draw costs in credits: a picture, and its base if it has one.</summary>
    internal int CostOfDraw => Edit is null ? 1 : DatasetEdit.Draws;

    /// <summary>How many pictures are made and decided together.</summary>
    internal const int Block = 8;

    /// <summary>The number of the first picture of a picture's block.</summary>
    internal static int BlockOf(int index) => index / Block * Block;

    /// <summary>Most redraws of a picture.</summary>
    public const int MostRedraws = 20;

    /// <summary>Why a draw does not pass; null = it does.</summary>
    /// <param name="similarity">To its prompt; null = unknown.</param>
    /// <param name="embedding">Of the picture; null = unknown.</param>
    /// <param name="kept">The embeddings of the pictures that are in already.</param>
    internal string? Refusal(double? similarity, float[]? embedding, IReadOnlyCollection<float[]> kept)
    {
        if (similarity < LeastSimilarity)
        {
            return FormattableString.Invariant($"its similarity to the prompt, {similarity:F3}, is below {LeastSimilarity:0.###}");
        }

        return LeastDistance is { } least && embedding is not null && kept.Any(other => 1 - EmbeddingSpace.Cosine(embedding, other) < least)
            ? FormattableString.Invariant($"it is nearer than {least:0.###} to another picture")
            : null;
    }

    /// <summary>The seed of a picture's draw.</summary>
    public uint SeedOf(int index, int attempt) => unchecked(Seed + (uint)index + ((uint)Count * (uint)attempt));
}

/// <summary>What became of one picture of the plan.</summary>
/// <param name="Index">Its number.</param>
/// <param name="File">Its file below the data set's folder; null = no draw passed.</param>
internal sealed record DatasetEntry(int Index, string? File)
{
    /// <summary>The folder of the masks, next to the pictures.</summary>
    public const string MaskFolder = "masks";

    /// <summary>The folder of the bases, next to the pictures.</summary>
    public const string BaseFolder = "bases";

    /// <summary>The file of a picture.</summary>
    public static string FileOf(string split, int index) => FormattableString.Invariant($"{split}/{index:D6}.png");

    /// <summary>The file of the picture into which one was painted.</summary>
    /// <param name="file">The picture's own.</param>
    public static string BaseFileOf(string file) => $"{Path.GetDirectoryName(file)}/{BaseFolder}/{Path.GetFileName(file)}";

    public required uint Seed { get; init; }

    /// <summary>Whether the picture into which it was painted is in the data set too.</summary>
    public bool HasBase { get; init; }

    /// <summary>From 0: how many draws were refused before.</summary>
    public required int Attempt { get; init; }

    public int Width { get; init; }

    public int Height { get; init; }

    /// <summary>The cosine to the prompt; null = the model has no image encoder.</summary>
    public double? Similarity { get; init; }

    /// <summary>The CLIP embedding, for the distance to later pictures.</summary>
    public float[]? Embedding { get; init; }

    /// <summary>Why the last draw was refused, if it was.</summary>
    public string? Refusal { get; init; }
}
