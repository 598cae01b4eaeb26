using System.CommandLine;
using System.Globalization;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>blend IMAGE|"TEXT" …</c>: one picture of several.</summary>
internal static class BlendCommand
{
    public static Command Create()
    {
        var inputs = new Argument<string[]>("INPUT")
        {
            Description = $"2 to {BlendOrigin.MaximumInputs} pictures or texts. An input is a picture if a file has this name or the name ends in an image extension; otherwise it is a text.",
            Arity = ArgumentArity.OneOrMore,
        };
        var weights = new Option<string[]?>("--weights")
        {
            Description = "One non-negative number per input; only the ratios matter. Two inputs are mixed at w2 / (w1 + w2) of the arc between them, each further input at w / (sum so far, including it) of the arc from the mixture so far. Default: equal weights.",
            AllowMultipleArgumentsPerToken = true,
            HelpName = "W",
        };
        var frames = new Option<int?>("--frames")
        {
            Description = $"Make a row of N frames, 2 to {GenerationRequest.MaximumFrames}, from input to input (with --weights: from the first input to the mixture) instead of -n mixtures. The frames share one seed.",
            HelpName = "N",
        };
        var command = new Command("blend", "Mixes pictures and texts into one picture.") { inputs, weights, frames };
        var options = new PictureOptions();
        options.AddTo(command);
        var priors = new PriorOptions(command);
        var styles = new StyleOptions(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var names = parsed.GetRequiredValue(inputs);
            if (RequestRules.Inputs(names.Length) is { } problem)
            {
                throw new BadInputException(problem);
            }

            var row = parsed.GetValue(frames);
            var origin = new BlendOrigin([.. names.Select(SourcePictures.ReadInput)], ParseWeights(parsed.GetValue(weights))) { AsFrames = row is not null };
            var common = priors.Apply(parsed, options.SizedRequest(parsed, ""));
            var request = common with { Count = row ?? common.Count, Origin = origin };
            var style = styles.Read(parsed);
            using var session = new ModelSession(options.Model(parsed));
            request = await StyleFolder.AddToAsync(style, request, session, cancellationToken).ConfigureAwait(false);
            return await session.WriteAsync(request, options.Run(parsed, request), cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static double[]? ParseWeights(string[]? values)
    {
        if (values is null or [])
        {
            return null;
        }

        var weights = new List<double>();
        foreach (var text in values.SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
        {
            weights.Add(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight)
                ? weight
                : throw new BadInputException($"'{text}' is not a weight: give one number for each input, after the inputs, for example --weights 2 1."));
        }

        return [.. weights];
    }
}
