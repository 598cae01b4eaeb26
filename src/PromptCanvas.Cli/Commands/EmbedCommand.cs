using System.CommandLine;
using System.Text.Json;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>embed text|image INPUT</c>: the CLIP embedding as JSON.</summary>
internal static class EmbedCommand
{
    public static Command Create()
    {
        var command = new Command("embed", "Prints the CLIP embedding of a text or a picture as JSON, not normalised.")
        {
            Kind("text", "The text.", text => new TextInput(text)),
            Kind("image", "The picture.", path => new ImageInput(SourcePictures.Read(path))),
        };
        return command;
    }

    private static Command Kind(string kind, string description, Func<string, ConditioningInput> read)
    {
        var input = new Argument<string>("INPUT") { Description = description };
        var model = ModelOptions.Model();
        var command = new Command(kind, $"Embeds a {(kind == "image" ? "picture" : kind)}.") { input, model };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            ConditioningInput[] inputs = [read(parsed.GetRequiredValue(input))];
            using var session = new ModelSession(parsed.GetValue(model));
            if (session.Engine.ValidateEmbedding(inputs) is { } problem)
            {
                throw new BadInputException(problem);
            }

            var values = (await session.Engine.EmbedAsync(inputs, cancellationToken).ConfigureAwait(false))[0];
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new EmbeddingLine(session.Model.Name, kind, values.Length, values), JsonSerializerOptions.Web)).ConfigureAwait(false);
            return ExitCodes.Success;
        });
        return command;
    }

    private sealed record EmbeddingLine(string Model, string Kind, int Dimensions, float[] Values);
}
