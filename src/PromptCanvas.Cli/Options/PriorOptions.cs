using System.CommandLine;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Cli.Options;

/// <summary>The options that choose how the text becomes an image embedding.</summary>
internal sealed class PriorOptions
{
    private readonly Option<string> prior = new("--prior")
    {
        Description = $"What conditions the decoder: {Choices}.",
        DefaultValueFactory = _ => ConditioningNames.Default,
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

    private static string Choices => $"{string.Join(", ", ConditioningNames.All.SkipLast(1))} or {ConditioningNames.All[^1]}";

    private static ConditioningMode Parse(string name) => ConditioningNames.Find(name) ?? throw new BadInputException($"'{name}' is not a prior: use {Choices}.");
}
