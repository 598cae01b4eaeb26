using System.CommandLine;
using PromptCanvas.Cli.Output;
using PromptCanvas.Data.Texts;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>textdiff IMAGE "FROM" "TO"</c>: changes a picture by the difference of two captions.</summary>
internal static class TextDiffCommand
{
    private const int DefaultFrames = 5;

    public static Command Create()
    {
        var image = new Argument<string>("IMAGE") { Description = "The picture that the row starts from." };
        var from = new Argument<string>("FROM") { Description = "What the picture shows." };
        var to = new Argument<string>("TO") { Description = "What it should show." };
        var frames = new Option<int>("--frames") { Description = $"Number of frames, 2 to {GenerationRequest.MaximumFrames}.", DefaultValueFactory = _ => DefaultFrames };
        var reach = new Option<double>("--reach")
        {
            Description = "Position of the last frame on the arc to the captions' difference, up to 1; the paper uses 0.25 to 0.5.",
            DefaultValueFactory = _ => new TextDifferenceOrigin(null!, "", "").Reach,
        };
        var command = new Command("textdiff", "Changes a picture from one caption to another, in a row of frames.") { image, from, to, frames, reach };
        PictureOptions.RefuseOptions(image);
        var options = new PictureOptions();
        options.AddTo(command, hasCount: false, hasPrior: false);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var origin = new TextDifferenceOrigin(
                SourcePictures.Read(parsed.GetRequiredValue(image)), TextRules.Normalize(parsed.GetRequiredValue(from)), TextRules.Normalize(parsed.GetRequiredValue(to)))
            {
                Reach = parsed.GetValue(reach),
            };
            var request = options.SizedRequest(parsed, "") with { Count = parsed.GetValue(frames), Origin = origin };
            using var session = new ModelSession(options.Model(parsed));
            return await session.WriteAsync(request, options.Run(parsed, request), cancellationToken).ConfigureAwait(false);
        });
        return command;
    }
}
