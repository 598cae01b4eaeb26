using System.CommandLine;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Cli.Options;

/// <summary>The options that choose how the text becomes an image embedding.</summary>
internal sealed class PriorOptions
{
    private static readonly Dictionary<string, ConditioningMode> Modes = new(StringComparer.Ordinal)
    {
        ["diffusion"] = ConditioningMode.DiffusionPrior,
        ["autoregressive"] = ConditioningMode.AutoregressivePrior,
        ["text-embedding"] = ConditioningMode.TextEmbedding,
        ["none"] = ConditioningMode.CaptionOnly,
    };

    private readonly Option<string> prior = new("--prior")
    {
        Description = "What conditions the decoder: diffusion, autoregressive, text-embedding or none.",
        DefaultValueFactory = _ => "diffusion",
    };

    private readonly Option<int?> candidates = new("--prior-candidates") { Description = "Samples of the prior per picture, 1 to 16; the one closest to the text is kept." };

    /// <summary>Adds the options to a command.</summary>
    public PriorOptions(Command command)
    {
        command.Add(prior);
        command.Add(candidates);
    }

    /// <summary>Applies the options to a request.</summary>
    public GenerationRequest Apply(ParseResult parsed, GenerationRequest request) => request with
    {
        Overrides = request.Overrides with
        {
            PriorCandidates = parsed.GetValue(candidates),
            Conditioning = Parse(parsed.GetRequiredValue(prior)),
        },
    };

    private static ConditioningMode Parse(string name) => Modes.TryGetValue(name, out var mode)
        ? mode
        : throw new BadInputException($"'{name}' is not a prior: use {string.Join(", ", Modes.Keys.SkipLast(1))} or {Modes.Keys.Last()}.");
}
