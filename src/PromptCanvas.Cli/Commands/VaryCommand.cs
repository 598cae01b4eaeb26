using System.CommandLine;
using System.Globalization;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>vary IMAGE</c>: variations of a picture.</summary>
internal static class VaryCommand
{
    public static Command Create()
    {
        var image = new Argument<string>("IMAGE") { Description = "The picture to vary." };
        var strength = new Option<string>("--strength")
        {
            Description = "subtle (keeps layout and style), strong (keeps the subject), or a number from 0 (a reconstruction) to 1.",
            DefaultValueFactory = _ => "strong",
        };
        var command = new Command("vary", "Makes variations of a picture.") { image, strength };
        PictureOptions.RefuseOptions(image);
        var options = new PictureOptions();
        options.AddTo(command, hasPrior: false);
        var styles = new StyleOptions(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var origin = new VariationOrigin(SourcePictures.Read(parsed.GetRequiredValue(image)), ParseStrength(parsed.GetRequiredValue(strength)));
            var request = options.SizedRequest(parsed, "") with { Origin = origin };
            var style = styles.Read(parsed);
            using var session = new ModelSession(options.Model(parsed));
            request = await StyleFolder.AddToAsync(style, request, session, cancellationToken).ConfigureAwait(false);
            return await session.WriteAsync(request, options.Run(parsed, request), cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static double ParseStrength(string text) => text switch
    {
        "subtle" => VariationOrigin.Subtle,
        "strong" => VariationOrigin.Strong,
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var strength) => strength,
        _ => throw new BadInputException($"'{text}' is not a strength: use subtle, strong, or a number from 0 to 1."),
    };
}
