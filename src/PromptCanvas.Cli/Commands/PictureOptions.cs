using System.CommandLine;
using System.Security.Cryptography;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Cli.Commands;

/// <summary>What can be said to every command that makes pictures.</summary>
internal sealed class PictureOptions
{
    private readonly Option<string?> negative = new("--negative") { Description = "What to steer away from." };
    private readonly Option<int> size = new("--size") { Description = "Side in pixels: 64, 256, 512 or 1024.", DefaultValueFactory = _ => 1024 };
    private readonly Option<uint?> seed = new("--seed") { Description = "Seed of the first picture, 0 to 4294967295; picture i has seed S + i. Chosen and printed when absent." };
    private readonly Option<DirectoryInfo> output = new("--out") { Description = "The folder the pictures go to.", DefaultValueFactory = _ => new DirectoryInfo(".") };
    private readonly Option<string?> model = ModelOptions.Model();
    private readonly Option<bool> json = new("--json") { Description = "One line of JSON for each picture on standard output." };
    private readonly Option<int?> decoderSteps = new("--decoder-steps") { Description = "Steps of the decoder." };
    private readonly Option<double?> guidance = new("--guidance") { Description = "Guidance of the decoder; 1 is off." };
    private readonly Option<bool> previews = new("--previews") { Description = "Also write the predicted picture of every step, as NNN-SEED-STAGE-STEP.png." };

    /// <summary>Adds the options to a command.</summary>
    public PictureOptions(Command command)
    {
        foreach (var option in new Option[] { negative, size, seed, output, model, json, decoderSteps, guidance, previews })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>How many pictures, for commands that make several of the same.</summary>
    public static Option<int> Count() => new("-n", "--count") { Description = "How many pictures, 1 to 10.", DefaultValueFactory = _ => 4 };

    /// <summary>The request the options describe, of one picture by the diffusion prior.</summary>
    public GenerationRequest Request(ParseResult parsed, string prompt) => new()
    {
        Prompt = prompt,
        NegativePrompt = parsed.GetValue(negative),
        Seed = parsed.GetValue(seed) ?? BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))),
        Count = 1,
        Size = parsed.GetValue(size),
        PreviewsWanted = parsed.GetValue(previews) ? null : () => false,
        Overrides = new RecipeOverrides { DecoderSteps = parsed.GetValue(decoderSteps), DecoderGuidance = parsed.GetValue(guidance) },
    };

    /// <summary>Where the pictures go.</summary>
    public PictureWriter Writer(ParseResult parsed, string prompt) => new(parsed.GetRequiredValue(output), prompt, parsed.GetValue(json));

    /// <summary>An engine for the model, and how it talks to the person.</summary>
    public PictureRun Open(ParseResult parsed) => new(parsed.GetValue(model), announceSeed: parsed.GetValue(seed) is null);
}
