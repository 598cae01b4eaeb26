using System.CommandLine;
using PromptCanvas.Cli.Output;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>generate "PROMPT"</c>: text to pictures.</summary>
internal static class GenerateCommand
{
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
        var count = PictureOptions.Count();
        var rerank = new Option<int?>("--rerank") { Description = "Make this many pictures at the decoder's size, up to 100, and finish the -n that fit the text best by CLIP.", HelpName = "N" };
        var command = new Command("generate", "Makes pictures from a prompt.") { prompt, count, rerank };
        var options = new PictureOptions(command);
        var priors = new PriorOptions(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var text = parsed.GetRequiredValue(prompt);
            var request = priors.Apply(parsed, options.Request(parsed, text) with { Count = parsed.GetValue(count) });
            var writer = options.Writer(parsed, text);
            using var run = options.Open(parsed);
            return parsed.GetValue(rerank) is { } candidates
                ? await new Reranking(run, request, candidates).RunAsync(writer, cancellationToken).ConfigureAwait(false)
                : await run.WriteAsync(request, writer, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }
}
