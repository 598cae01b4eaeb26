using System.Text.Json.Serialization;
using PromptCanvas.Generation.Datasets;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Web.Features.Datasets;

/// <summary>The body of <c>POST /api/datasets</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record DatasetBody
{
    public string? Name { get; init; }

    /// <summary>A prompt with slots, such as "a {colour} {thing}".</summary>
    public string? Template { get; init; }

    /// <summary>Each NAME=VALUE,VALUE; a value may have a weight: red:2.</summary>
    public IReadOnlyList<string>? Slots { get; init; }

    /// <summary>NAME=SHARE,… with shares that add up to 1; default train=1.</summary>
    public string? Split { get; init; }

    /// <summary>1 … 5000; default 100.</summary>
    public int? Count { get; init; }

    /// <summary>64, 256, 512 or 1024; default 256.</summary>
    public int? Size { get; init; }

    /// <summary>0 … 4294967295; default random.</summary>
    public long? Seed { get; init; }

    /// <summary>Default: the installation's default model.</summary>
    public string? Model { get; init; }

    /// <summary>Pictures less similar to their prompt are drawn again: the cosine in CLIP, −1 … 1.</summary>
    public double? LeastSimilarity { get; init; }

    /// <summary>Pictures nearer to another are drawn again: 1 minus the cosine in CLIP, 0 … 2.</summary>
    public double? LeastDistance { get; init; }

    /// <summary>How often a picture is drawn again before it is left out, 0 … 20; default 3.</summary>
    public int? Redraws { get; init; }

    /// <summary>What the pictures show before the prompt is painted into a box of them; default: they are drawn at once and have no masks. A key needs the scope edit too.</summary>
    public string? Base { get; init; }

    /// <summary>Shares of the picture's sides: LEAST-MOST for random boxes, or LEFT,TOP,WIDTH,HEIGHT; default 0.3-0.6. Needs a base.</summary>
    public string? Box { get; init; }

    /// <summary>Only check the order and say what it costs.</summary>
    public bool DryRun { get; init; }

    public Result<DatasetOrder> ToOrder() => RequestedSeed.Check(Seed).Refusal is { } noSeed ? noSeed
        : Slots?.Any(slot => slot is null) is true ? new InvalidInput("slots", "A slot is null: give each as NAME=VALUE,VALUE.")
        : new DatasetOrder
        {
            Name = Name ?? "",
            Template = Template ?? "",
            Slots = Slots ?? [],
            Split = Split ?? DatasetOrder.DefaultSplit,
            Count = Count ?? DatasetOrder.DefaultCount,
            Size = Size ?? DatasetOrder.DefaultSize,
            Seed = RequestedSeed.Of(Seed),
            Model = Model,
            LeastSimilarity = LeastSimilarity,
            LeastDistance = LeastDistance,
            Redraws = Redraws ?? DatasetOrder.DefaultRedraws,
            Base = Base,
            Box = Box,
        };
}

/// <summary>The response of <c>POST /api/datasets</c>.</summary>
internal sealed record DatasetStarted(Guid Id);
