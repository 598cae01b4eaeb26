using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using PromptCanvas.Cli.Bench;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>bench styles</c>: measures what styles do to other prompts.</summary>
internal static class StylesBenchCommand
{
    private const int DefaultPictures = 2;
    private const uint DefaultSeed = 1;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var model = ModelOptions.Model();
        var pictures = new Option<int>("-n", "--count") { Description = "Pictures per prompt, board and weight.", DefaultValueFactory = _ => DefaultPictures };
        var seed = new Option<uint>("--seed") { Description = "Seed of each prompt's first picture.", DefaultValueFactory = _ => DefaultSeed };
        var weights = new Option<string>("--weights") { Description = "Weights of the style, -1 to 1.", HelpName = "W,…", DefaultValueFactory = _ => "-0.5,0.25,0.5,0.75,1" };
        var json = new Option<FileInfo?>("--json") { Description = "Also write the figures to this file." };
        var command = new Command("styles", "Measures styles by CLIP similarity: to the style's pictures, and to the prompt.") { model, pictures, seed, weights, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new ModelSession(parsed.GetValue(model)), parsed.GetValue(pictures), parsed.GetValue(seed), Parse(parsed.GetRequiredValue(weights)), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static double[] Parse(string text)
    {
        var weights = new List<double>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            weights.Add(double.TryParse(part, CultureInfo.InvariantCulture, out var weight) && RequestRules.StyleWeight(weight) is null
                ? weight
                : throw new BadInputException($"'{part}' is not a weight: give numbers from -1 to 1, for example --weights -0.5,0.5."));
        }

        return [.. weights];
    }

    private static async Task<int> RunAsync(ModelSession session, int pictures, uint seed, double[] weights, FileInfo? json, CancellationToken cancellationToken)
    {
        using var held = session;
        if (pictures is < 1 or > GenerationRequest.MaximumCount)
        {
            throw new BadInputException($"{pictures} pictures of each prompt cannot be made: choose 1 to {GenerationRequest.MaximumCount}.");
        }

        if (session.Model.ImageEncoder is null)
        {
            throw new BadInputException($"{session.Model.Name} has no image encoder, so its pictures cannot be scored: choose another model.");
        }

        var rows = new List<StyleRow>();
        await Console.Out.WriteLineAsync("| board | half the weight | weight | to the board | change | to the prompt | change | pictures |\n|---|---|---|---|---|---|---|---|").ConfigureAwait(false);
        await foreach (var row in new StylesBench(session, pictures, seed).RunAsync(weights, cancellationToken).ConfigureAwait(false))
        {
            rows.Add(row);
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"| {row.Board} | {row.HalfReach:0.####}{(row.ShowsAtHalf ? "" : ", hardly shows")} | {row.Weight?.ToString("0.##", CultureInfo.InvariantCulture) ?? "in words"} | {row.PlainToBoard:F3} → {row.ToBoard:F3} | {row.BoardChange:+0.0%;-0.0%} | {row.PlainToPrompt:F3} → {row.ToPrompt:F3} | {row.PromptChange:+0.0%;-0.0%} | {row.Pictures} |")).ConfigureAwait(false);
        }

        if (json is not null)
        {
            await File.WriteAllTextAsync(json.FullName, JsonSerializer.Serialize(rows, Format), cancellationToken).ConfigureAwait(false);
        }

        return ExitCodes.Success;
    }
}
