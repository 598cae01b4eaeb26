using System.Text.Json.Serialization;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Texts;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests.Operations;

namespace PromptCanvas.Generation.Requests;

/// <summary>A request for the queue.</summary>
public sealed record NewJob
{
    /// <summary>Created once per user action. A retry with the same key returns the same job.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>The person who submits and pays; null = anonymous, not charged.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>The person's role, which determines the credit allowance; null = the installation's default.</summary>
    public string? Role { get; init; }

    /// <summary>Unattended: runs after all jobs that people wait for.</summary>
    public bool Background { get; init; }

    /// <summary>Describes the pictures; empty if the operation needs no prompt.</summary>
    public string Prompt { get; init; } = "";

    public string? NegativePrompt { get; init; }

    [JsonIgnore]
    public JobOperation Operation { get; init; } = new GenerateOperation();

    /// <summary>The operation as used in request hashes; null for one that needs only the prompt.</summary>
    [JsonInclude, JsonPropertyName("material")]
    internal JobOperation? HashedOperation => Operation.NeedsOnlyPrompt ? null : Operation;

    /// <summary>Number of pictures; a row has as many as its operation has frames.</summary>
    public int Count { get; init; } = DefaultCount;

    /// <summary>64, 256, 512 or 1024 pixels: the side of the pictures, or of the frames painted into one. Null = 1024, or the size that fits the painted part.</summary>
    public int? Size { get; init; }

    /// <summary>Null = choose one and store it; 0 is a seed.</summary>
    public uint? Seed { get; init; }

    /// <summary>Null = the installation's default model.</summary>
    public string? Model { get; init; }

    /// <summary>One of <see cref="Visibilities"/>. Null = private if any input is private, otherwise shared with the team.</summary>
    public string? Visibility { get; init; }

    /// <summary>A board to which the pictures are added; the person must be allowed to see it. Null = none.</summary>
    public Guid? Board { get; init; }

    /// <summary>The name of the API that a program uses, to tell its pictures apart; null = the studio's own.</summary>
    public string? Tag { get; init; }

    /// <summary>The end user named by an API client, verbatim; at most <see cref="MaximumEndUserLength"/> characters.</summary>
    public string? EndUser { get; init; }

    /// <summary>Maximum time the client waits for the last picture; a longer estimated wait is refused. Null = no limit.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>A style that the person may see, to be added to what the pictures show; null = none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StyleChoice? Style { get; init; }

    /// <summary>A job of the person whose style is used again, even if it was deleted meanwhile; null = none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? StyleOf { get; init; }

    public RecipeOverrides Overrides { get; init; } = RecipeOverrides.None;

    /// <summary>Every text that the administrators' prompt rules read.</summary>
    internal IEnumerable<string> Texts
    {
        get
        {
            yield return Prompt;

            // With guidance below 1 the negative prompt is drawn instead of avoided.
            if (NegativePrompt is { } negative && (Overrides.DecoderGuidance < 1 || Overrides.PriorGuidance < 1))
            {
                yield return negative;
            }

            foreach (var text in Operation.Texts)
            {
                yield return text;
            }
        }
    }

    /// <summary>The same request with its free texts in the form in which they are stored.</summary>
    internal NewJob WithNormalizedTexts() => this with
    {
        Prompt = TextRules.Normalize(Prompt),
        NegativePrompt = NegativePrompt is { } negative ? TextRules.Normalize(negative) : null,
        Operation = Operation.WithTexts(TextRules.Normalize),
    };

    /// <summary>One of <see cref="JobKinds"/>.</summary>
    public string Kind => Operation.Kind;

    /// <summary>Maximum length of <see cref="EndUser"/>.</summary>
    public const int MaximumEndUserLength = 256;

    /// <summary>Number of pictures if unspecified.</summary>
    public const int DefaultCount = 4;

    /// <summary>Side of the pictures in pixels if unspecified.</summary>
    public const int DefaultSize = 1024;
}
