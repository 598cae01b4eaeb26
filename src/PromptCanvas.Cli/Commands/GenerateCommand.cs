using System.CommandLine;
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
        PictureOptions.RefuseOptions(prompt);
        var size = new Option<int>("--size") { Description = "Side in pixels: 64, 256, 512 or 1024.", DefaultValueFactory = _ => 1024 };
        var prior = new Option<string>("--prior") { Description = "What conditions the decoder: diffusion, text-embedding or none.", DefaultValueFactory = _ => "diffusion" };
        var previews = new Option<bool>("--previews") { Description = "Also write the predicted picture of every step, as NNN-SEED-STAGE-STEP.png." };
        var options = new PictureOptions();

        var command = new Command("generate", "Makes pictures from a prompt.") { prompt, size, prior, previews };
        foreach (var option in options.All(hasPrompt: true))
        {
            command.Add(option);
        }

        command.SetAction((parsed, cancellationToken) =>
        {
            var common = options.Request(parsed, parsed.GetRequiredValue(prompt));
            var request = common with
            {
                Size = parsed.GetValue(size),
                PreviewsWanted = parsed.GetValue(previews) ? null : common.PreviewsWanted,
                Overrides = common.Overrides with { Conditioning = ParsePrior(parsed.GetRequiredValue(prior)) },
            };
            return RunAsync(request, options.Model(parsed), options.Run(parsed, request), cancellationToken);
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

    private static async Task<int> RunAsync(GenerationRequest request, string? modelName, PictureRun run, CancellationToken cancellationToken)
    {
        using var library = ModelOptions.OpenLibrary();
        var model = ModelOptions.Open(library, modelName);
        using var engine = new ImageEngine(model, new EngineOptions());
        if (engine.Validate(request) is { } problem)
        {
            throw new BadInputException(problem);
        }

        run.Prepare();
        if (engine.MadeSizeFor(request.Size) < request.Size)
        {
            await Console.Error.WriteLineAsync($"{model.Name} makes {engine.MadeSizeFor(request.Size)} pixels; the pictures are enlarged to {request.Size}.").ConfigureAwait(false);
        }

        return await run.WriteAsync(engine.GenerateAsync(request, cancellationToken), request.Count).ConfigureAwait(false);
    }
}
