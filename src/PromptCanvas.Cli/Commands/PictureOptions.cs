using System.CommandLine;
using System.Security.Cryptography;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Data.Texts;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Cli.Commands;

/// <summary>The common options of commands that make pictures.</summary>
internal sealed class PictureOptions
{
    private readonly Option<string?> negative = new("--negative") { Description = "What to avoid in the picture." };
    private readonly Option<int> count = new("-n", "--count") { Description = "Number of pictures, 1 to 10.", DefaultValueFactory = _ => 4 };
    private readonly Option<uint?> seed = new("--seed") { Description = "Seed of the first picture, 0 to 4294967295; picture i has seed S + i. Default: random, printed." };
    private readonly Option<DirectoryInfo> output = new("--out") { Description = "The folder to write the pictures to.", DefaultValueFactory = _ => new DirectoryInfo(".") };
    private readonly Option<string?> model = ModelOptions.Model();
    private readonly Option<bool> json = new("--json") { Description = "Print one line of JSON per picture on standard output." };
    private readonly Option<int?> priorSteps = new("--prior-steps") { Description = "Steps of the prior." };
    private readonly Option<int?> decoderSteps = new("--decoder-steps") { Description = "Steps of the decoder." };
    private readonly Option<double?> guidance = new("--guidance") { Description = "Guidance scale of the decoder; 1 turns it off." };
    private readonly Option<int> size = new("--size") { Description = "Side in pixels: 64, 256, 512 or 1024, or a size of the model's.", DefaultValueFactory = _ => 1024 };
    private readonly Option<string?> aspect = new("--aspect")
    {
        Description = "Aspect ratio W:H, such as 4:3, if the model makes pictures other than squares; --size is the longer side.",
        HelpName = "W:H",
    };

    private readonly Option<bool> previews = new("--previews") { Description = "Also write the predicted picture of every step, as NNN-SEED-STAGE-STEP.png." };
    private readonly Option<double?> priorGuidance = new("--prior-guidance") { Description = "Guidance scale of the prior; 1 turns it off." };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="hasCount">Whether it makes several pictures of one request.</param>
    /// <param name="hasNegative">Whether it takes a negative prompt.</param>
    /// <param name="hasPrior">Whether it runs the prior.</param>
    /// <param name="isSized">Whether it makes whole pictures of a requested size.</param>
    public void AddTo(Command command, bool hasCount = true, bool hasNegative = true, bool hasPrior = true, bool isSized = true)
    {
        (Option Option, bool IsThere)[] all =
        [
            (negative, hasNegative), (count, hasCount), (size, isSized), (aspect, isSized), (seed, true), (output, true), (model, true), (json, true),
            (decoderSteps, true), (guidance, true), (previews, isSized), (priorSteps, hasPrior), (priorGuidance, hasPrior),
        ];
        foreach (var (option, _) in all.Where(entry => entry.IsThere))
        {
            command.Add(option);
        }
    }

    /// <summary>The request of a command that makes whole pictures of a requested size.</summary>
    public GenerationRequest SizedRequest(ParseResult parsed, string prompt) => Request(parsed, prompt) with
    {
        Size = parsed.GetValue(size),
        Aspect = ParseAspect(parsed.GetValue(aspect)),
        PreviewsWanted = parsed.GetValue(previews) ? null : _ => false,
    };

    /// <summary>Null = a square.</summary>
    public static AspectRatio ParseAspect(string? text)
    {
        if (text is null)
        {
            return AspectRatio.Square;
        }

        return AspectRatio.TryParse(text, out var ratio)
            ? ratio
            : throw new BadInputException($"'{text}' is not an aspect ratio: give W:H in whole numbers, such as 4:3, the longer side {AspectRatio.Longest} times the shorter at most.");
    }

    /// <summary>The named model; null = the default.</summary>
    public string? Model(ParseResult parsed) => parsed.GetValue(model);

    /// <summary>The request with the values of these options.</summary>
    public GenerationRequest Request(ParseResult parsed, string prompt) => new()
    {
        Prompt = TextRules.Normalize(prompt),
        NegativePrompt = parsed.GetValue(negative) is { } avoided ? TextRules.Normalize(avoided) : null,
        Seed = parsed.GetValue(seed) ?? BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))),
        Count = parsed.GetValue(count),
        PreviewsWanted = _ => false,
        Overrides = new RecipeOverrides
        {
            PriorSteps = parsed.GetValue(priorSteps),
            DecoderSteps = parsed.GetValue(decoderSteps),
            DecoderGuidance = parsed.GetValue(guidance),
            PriorGuidance = parsed.GetValue(priorGuidance),
        },
    };

    /// <summary>The output folder and format.</summary>
    public PictureRun Run(ParseResult parsed, GenerationRequest request) => new(
        new PictureWriter(parsed.GetRequiredValue(output), request.Prompt, parsed.GetValue(json), FileSigning.OfEnvironment()), request.Seed, announceSeed: parsed.GetValue(seed) is null);

    /// <summary>Refuses an unknown option in place of a prompt or a file.</summary>
    public static void RefuseOptions(Argument argument) => argument.Validators.Add(result =>
    {
        if (result.Tokens is [{ Value: ['-', '-', ..] unknown }])
        {
            result.AddError($"There is no option {unknown}.");
        }
    });
}
