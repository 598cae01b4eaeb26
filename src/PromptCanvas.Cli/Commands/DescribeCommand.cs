using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>describe IMAGE</c>: the captions that match a picture best.</summary>
internal static class DescribeCommand
{
    private const int DefaultTop = 5;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var image = new Argument<string>("IMAGE") { Description = "The picture to describe." };
        var candidates = new Option<FileInfo?>("--candidates") { Description = "A text file with one caption per line; each {} in a line is filled with a caption that has none. Default: the model's own captions." };
        var top = new Option<int>("--top") { Description = "Number of captions.", DefaultValueFactory = _ => DefaultTop };
        var json = new Option<bool>("--json") { Description = "Print one line of JSON per caption." };
        var model = ModelOptions.Model();
        var command = new Command("describe", "Finds the captions that match a picture best.") { image, candidates, top, json, model };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var count = parsed.GetValue(top);
            if (count < 1)
            {
                throw new BadInputException("--top must be 1 or more.");
            }

            var picture = SourcePictures.Read(parsed.GetRequiredValue(image));
            using var session = new ModelSession(parsed.GetValue(model));
            if (session.Engine.ValidateEmbedding([new ImageInput(picture)]) is { } problem)
            {
                throw new BadInputException(problem);
            }

            var captions = Captions(parsed.GetValue(candidates), session);
            Check(captions, session);
            var best = await new Captioning(session.Engine, captions).DescribeAsync(picture, count, cancellationToken).ConfigureAwait(false);
            foreach (var caption in best)
            {
                await Console.Out.WriteLineAsync(parsed.GetValue(json)
                    ? JsonSerializer.Serialize(caption, Format)
                    : string.Create(CultureInfo.InvariantCulture, $"{caption.Similarity,6:F3}  {caption.Caption}")).ConfigureAwait(false);
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static void Check(IReadOnlyList<string> captions, ModelSession session)
    {
        if (session.Engine.ValidateEmbedding([.. captions.Select(caption => new TextInput(caption))]) is { } problem)
        {
            throw new BadInputException(problem);
        }

        if (captions.FirstOrDefault(caption => Captioning.Places(caption) > Captioning.MaximumPlaces) is { } pattern)
        {
            throw new BadInputException($"'{pattern}' has more than {Captioning.MaximumPlaces} places {Captioning.Place} for captions: use fewer.");
        }
    }

    private static IReadOnlyList<string> Captions(FileInfo? file, ModelSession session)
    {
        if (file is null)
        {
            return session.Model.Captions.Count > 0
                ? session.Model.Captions
                : throw new BadInputException($"{session.Model.Name} has no captions: name a file with one caption per line with --candidates FILE.");
        }

        try
        {
            string[] lines = [.. File.ReadLines(file.FullName).Select(line => line.Trim()).Where(line => line.Length > 0).Distinct()];
            return lines.Length > 0 ? lines : throw new BadInputException($"{file.FullName} contains no captions: write one per line.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{file.FullName} cannot be read: {fault.Message}");
        }
    }
}
