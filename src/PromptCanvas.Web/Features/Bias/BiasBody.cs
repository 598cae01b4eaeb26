using System.Text.Json.Serialization;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Bias;
using PromptCanvas.Generation.Bias.Measuring;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Web.Features.Bias;

/// <summary>The body of <c>POST /api/bias</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record BiasBody
{
    public string? Name { get; init; }

    /// <summary>Default: the installation's default model.</summary>
    public string? Model { get; init; }

    /// <summary>Default: the built-in list for what the model draws.</summary>
    public IReadOnlyList<string>? Prompts { get; init; }

    /// <summary>Default 20.</summary>
    public int? PicturesPerPrompt { get; init; }

    /// <summary>64, 256, 512 or 1024; default 256.</summary>
    public int? Size { get; init; }

    /// <summary>0 … 4294967295; default 0. Picture i of every prompt has the seed S + i.</summary>
    public long? Seed { get; init; }

    /// <summary>Steps of the decoder; default the model's own.</summary>
    public int? Steps { get; init; }

    /// <summary>Guidance of the decoder; default the model's own.</summary>
    public double? Guidance { get; init; }

    /// <summary>Guidance of the prior; default the model's own.</summary>
    public double? PriorGuidance { get; init; }

    /// <summary>diffusion, autoregressive, text-embedding or none; default diffusion.</summary>
    public string? Prior { get; init; }

    /// <summary>Attributes with values and captions; default: the built-in ones for what the model draws.</summary>
    public IReadOnlyList<BiasAttribute>? Attributes { get; init; }

    /// <summary>A picture whose most probable value is below this is uncertain; default 0.6.</summary>
    public double? Threshold { get; init; }

    /// <summary>Whether colours are calibrated on drawn shapes.</summary>
    public bool RenderedExamples { get; init; }

    /// <summary>Uploads whose values are known, for the calibration.</summary>
    public IReadOnlyList<BiasExample>? Examples { get; init; }

    private bool HasNull =>
        Prompts?.Any(prompt => prompt is null) is true
        || Examples?.Any(example => example is not { Attribute: not null, Value: not null }) is true
        || Attributes?.Any(attribute => attribute is not { Name: not null, Values: not null }
            || attribute.Values.Any(value => value is not { Name: not null, Captions: not null } || value.Captions.Any(caption => caption is null))) is true;

    public Result<BiasPlan> ToPlan(IBiasAudits audits)
    {
        if (RequestedSeed.Check(Seed).Refusal is { } noSeed)
        {
            return noSeed;
        }

        if (ConditioningNames.Find(Prior ?? ConditioningNames.Default) is not { } conditioning)
        {
            return new InvalidInput("prior", $"The prior must be one of {string.Join(", ", ConditioningNames.All)}.");
        }

        if (HasNull)
        {
            return new InvalidInput("body", "A list, or a part of one, is null: leave it out, or give a value.");
        }

        if (!audits.WorldOf(Model).TryGet(out var world, out var refusal))
        {
            return refusal;
        }

        return new BiasPlan
        {
            Name = Name ?? "",
            Model = Model,
            Prompts = Prompts ?? world.Prompts,
            PicturesPerPrompt = PicturesPerPrompt ?? BiasPlan.DefaultPictures,
            Size = Size ?? BiasPlan.DefaultSize,
            Seed = RequestedSeed.Of(Seed) ?? 0,
            Overrides = new RecipeOverrides { DecoderSteps = Steps, DecoderGuidance = Guidance, PriorGuidance = PriorGuidance, Conditioning = conditioning },
            Attributes = Attributes ?? world.Attributes,
            Threshold = Threshold ?? BiasPlan.DefaultThreshold,
            RenderedExamples = RenderedExamples,
            Examples = Examples ?? [],
        };
    }
}

/// <summary>The response of <c>POST /api/bias</c>.</summary>
/// <param name="Pictures">How many pictures it draws.</param>
/// <param name="Cost">In credits, charged as the pictures are queued.</param>
internal sealed record BiasStarted(Guid Id, int Pictures, decimal Cost);
