using System.CommandLine;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>generate "PROMPT"</c>: makes pictures from a text.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var prompt = new Argument<string>("PROMPT") { Description = "What the picture shows." };
        PictureOptions.RefuseOptions(prompt);
        var rerank = new Option<int?>("--rerank")
        {
            Description = "Make N pictures at the decoder's size, up to 100, and finish the -n that match the text best by CLIP.",
            HelpName = "N",
        };
        var fast = new Option<bool>("--fast") { Description = "Use the model's fast profile: fewer steps." };
        var best = new Option<bool>("--best") { Description = "Use the model's best profile: more steps." };
        var command = new Command("generate", "Makes pictures from a prompt.") { prompt };
        var options = new PictureOptions();
        options.AddTo(command);
        var priors = new PriorOptions(command);
        var styles = new StyleOptions(command);
        command.Add(rerank);
        command.Add(fast);
        command.Add(best);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var request = priors.Apply(parsed, options.SizedRequest(parsed, parsed.GetRequiredValue(prompt)));
            var run = options.Run(parsed, request);
            var style = styles.Read(parsed);
            using var session = new ModelSession(options.Model(parsed), ParseProfile(parsed.GetValue(fast), parsed.GetValue(best)));
            request = await StyleFolder.AddToAsync(style, request, session, cancellationToken).ConfigureAwait(false);
            return parsed.GetValue(rerank) is { } candidates
                ? await new Reranking(session, request, candidates).WriteAsync(run, cancellationToken).ConfigureAwait(false)
                : await session.WriteAsync(request, run, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static string? ParseProfile(bool fast, bool best) => (fast, best) switch
    {
        (true, true) => throw new BadInputException("--fast and --best exclude each other: give one of them."),
        (true, _) => "fast",
        (_, true) => "best",
        _ => null,
    };
}
