using System.CommandLine;
using System.Security.Cryptography;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>generate "PROMPT"</c>: text to pictures.</summary>
internal static class GenerateCommand
{
    private static readonly Dictionary<string, ConditioningMode> Priors = new(StringComparer.Ordinal)
    {
        ["diffusion"] = ConditioningMode.DiffusionPrior,
        ["text-embedding"] = ConditioningMode.TextEmbedding,
        ["none"] = ConditioningMode.CaptionOnly,
    };

    public static Command Create()
    {
        var prompt = new Argument<string>("PROMPT") { Description = "What the picture shows." };
        prompt.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', '-', ..] unknown }])
            {
                result.AddError($"There is no option {unknown}.");
            }
        });
        var negative = new Option<string?>("--negative") { Description = "What to steer away from." };
        var count = new Option<int>("-n", "--count") { Description = "How many pictures, 1 to 10.", DefaultValueFactory = _ => 4 };
        var size = new Option<int>("--size") { Description = "Side in pixels: 64, 256, 512 or 1024.", DefaultValueFactory = _ => 1024 };
        var seed = new Option<uint?>("--seed") { Description = "Seed of the first picture, 0 to 4294967295; picture i has seed S + i. Chosen and printed when absent." };
        var output = new Option<DirectoryInfo>("--out") { Description = "The folder the pictures go to.", DefaultValueFactory = _ => new DirectoryInfo(".") };
        var model = ModelOptions.Model();
        var json = new Option<bool>("--json") { Description = "One line of JSON for each picture on standard output." };
        var prior = new Option<string>("--prior") { Description = "What conditions the decoder: diffusion, text-embedding or none.", DefaultValueFactory = _ => "diffusion" };
        var priorSteps = new Option<int?>("--prior-steps") { Description = "Steps of the prior." };
        var decoderSteps = new Option<int?>("--decoder-steps") { Description = "Steps of the decoder." };
        var guidance = new Option<double?>("--guidance") { Description = "Guidance of the decoder; 1 is off." };
        var priorGuidance = new Option<double?>("--prior-guidance") { Description = "Guidance of the prior; 1 is off." };
        var fast = new Option<bool>("--fast") { Description = "The model's profile for a quick look: fewer steps." };
        var best = new Option<bool>("--best") { Description = "The model's profile for the best result: more steps." };
        var previews = new Option<bool>("--previews") { Description = "Also write the predicted picture of every step, as NNN-SEED-STAGE-STEP.png." };

        var command = new Command("generate", "Makes pictures from a prompt.")
        {
            prompt, negative, count, size, seed, output, model, json, prior, priorSteps, decoderSteps, guidance, priorGuidance, fast, best, previews,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var request = new GenerationRequest
            {
                Prompt = parsed.GetRequiredValue(prompt),
                NegativePrompt = parsed.GetValue(negative),
                Seed = parsed.GetValue(seed) ?? BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))),
                Count = parsed.GetValue(count),
                Size = parsed.GetValue(size),
                PreviewsWanted = parsed.GetValue(previews) ? null : () => false,
                Overrides = new RecipeOverrides
                {
                    PriorSteps = parsed.GetValue(priorSteps),
                    DecoderSteps = parsed.GetValue(decoderSteps),
                    DecoderGuidance = parsed.GetValue(guidance),
                    PriorGuidance = parsed.GetValue(priorGuidance),
                    Conditioning = ParsePrior(parsed.GetRequiredValue(prior)),
                },
            };
            var writer = new PictureWriter(parsed.GetRequiredValue(output), request.Prompt, parsed.GetValue(json));
            var profile = ParseProfile(parsed.GetValue(fast), parsed.GetValue(best));
            return RunAsync(request, parsed.GetValue(model), profile, writer, announceSeed: parsed.GetValue(seed) is null, cancellationToken);
        });
        return command;
    }

    private static ConditioningMode ParsePrior(string name)
    {
        if (Priors.TryGetValue(name, out var mode))
        {
            return mode;
        }

        throw new BadInputException(name == "autoregressive"
            ? "None of the installed models has an autoregressive prior: use --prior diffusion, text-embedding or none."
            : $"'{name}' is not a prior: use diffusion, text-embedding or none.");
    }

    private static string? ParseProfile(bool fast, bool best) => (fast, best) switch
    {
        (true, true) => throw new BadInputException("--fast and --best exclude each other: give one of them."),
        (true, _) => "fast",
        (_, true) => "best",
        _ => null,
    };

    private static async Task<int> RunAsync(
        GenerationRequest request, string? modelName, string? profile, PictureWriter writer, bool announceSeed, CancellationToken cancellationToken)
    {
        using var library = ModelOptions.OpenLibrary();
        var model = ModelOptions.WithProfile(ModelOptions.Open(library, modelName), profile);
        using var engine = new ImageEngine(model, new EngineOptions());
        if (engine.Validate(request) is { } problem)
        {
            throw new BadInputException(problem);
        }

        writer.Prepare();
        if (announceSeed)
        {
            await Console.Error.WriteLineAsync($"seed {request.Seed}").ConfigureAwait(false);
        }

        if (engine.MadeSizeFor(request.Size) < request.Size)
        {
            await Console.Error.WriteLineAsync($"{model.Name} makes {engine.MadeSizeFor(request.Size)} pixels; the pictures are enlarged to {request.Size}.").ConfigureAwait(false);
        }

        var failed = 0;
        using var bar = new ProgressBar(request.Count);
        await foreach (var value in engine.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
        {
            switch (value)
            {
                case StepCompleted step:
                    bar.Report(step.ImageIndex, step.Progress, StageNames.Of(step.Stage));
                    writer.WritePreview(step);
                    break;
                case ImageCompleted picture:
                    bar.Clear();
                    writer.Write(picture);
                    break;
                case ImageFailed failure:
                    bar.Clear();
                    failed++;
                    await Console.Error.WriteLineAsync($"Picture {failure.ImageIndex} (seed {failure.Seed}): {failure.Reason}").ConfigureAwait(false);
                    break;
            }
        }

        return failed == 0 ? ExitCodes.Success : ExitCodes.Fault;
    }
}
