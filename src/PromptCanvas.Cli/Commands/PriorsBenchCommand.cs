using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using PromptCanvas.Cli.Bench;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>bench priors</c>: compares the kinds of conditioning.</summary>
internal static class PriorsBenchCommand
{
    private const int DefaultPictures = 4;
    private const uint DefaultSeed = 1;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var model = ModelOptions.Model();
        var pictures = new Option<int>("-n", "--count") { Description = "Pictures per prompt and kind of conditioning.", DefaultValueFactory = _ => DefaultPictures };
        var seed = new Option<uint>("--seed") { Description = "Seed of each prompt's first picture.", DefaultValueFactory = _ => DefaultSeed };
        var sheet = new Option<FileInfo?>("--sheet") { Description = "Also write a PNG: one row per prompt, one column per kind of conditioning, same seed." };
        var json = new Option<FileInfo?>("--json") { Description = "Also write the figures to this file." };
        var command = new Command("priors", "Compares kinds of conditioning by CLIP similarity: caption only, text embedding, priors.") { model, pictures, seed, sheet, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(model), parsed.GetValue(pictures), parsed.GetValue(seed), parsed.GetValue(sheet), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        string? modelName, int pictures, uint seed, FileInfo? sheet, FileInfo? json, CancellationToken cancellationToken)
    {
        if (pictures is < 1 or > GenerationRequest.MaximumCount)
        {
            throw new BadInputException($"{pictures} pictures of each prompt cannot be made: choose 1 to {GenerationRequest.MaximumCount}.");
        }

        using var session = new ModelSession(modelName);
        if (session.Model.ImageEncoder is null)
        {
            throw new BadInputException($"{session.Model.Name} has no image encoder, so its pictures cannot be scored: choose another model.");
        }

        var (rows, image) = await new PriorsBench(session, pictures, seed).RunAsync(cancellationToken).ConfigureAwait(false);
        await Console.Out.WriteLineAsync("| conditioning | CLIP similarity | standard error | pictures |\n|---|---|---|---|").ConfigureAwait(false);
        foreach (var row in rows)
        {
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"| {row.Way} | {row.Similarity:F3} | {row.StandardError:F3} | {row.Pictures} |")).ConfigureAwait(false);
        }

        if (sheet is not null)
        {
            await File.WriteAllBytesAsync(sheet.FullName, PngEncoder.Encode(image), cancellationToken).ConfigureAwait(false);
        }

        if (json is not null)
        {
            await File.WriteAllTextAsync(json.FullName, JsonSerializer.Serialize(rows, Format), cancellationToken).ConfigureAwait(false);
        }

        return ExitCodes.Success;
    }
}
