using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using PromptCanvas.Cli.Bench;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>bench</c>: measures this machine with a model.</summary>
internal static class BenchCommand
{
    private const int DefaultRepeats = 5;
    private const int DefaultPeople = 16;
    private const double DefaultSeconds = 60;
    private const int DefaultPrompts = 20;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var model = ModelOptions.Model();
        var only = new Option<string?>("--only") { Description = $"Measure only these, separated by commas: {string.Join(", ", BenchCatalog.Named.Select(entry => entry.Name))}.", HelpName = "ROW,…" };
        var batch = new Option<string>("--batch") { Description = "Rows of one decoder run to measure.", DefaultValueFactory = _ => "1,4" };
        var repeats = new Option<int>("--repeats") { Description = "Measurements of each figure.", DefaultValueFactory = _ => DefaultRepeats };
        var people = new Option<int>("--people") { Description = "Number of people that the load generator simulates.", DefaultValueFactory = _ => DefaultPeople };
        var size = new Option<int?>("--size") { Description = "Side in pixels of the requested pictures. Default: the model's largest." };
        var seconds = new Option<double>("--seconds") { Description = "How long to measure one person next to a large job.", DefaultValueFactory = _ => DefaultSeconds };
        var quality = new Option<bool>("--quality") { Description = "Measure quality instead of time: both colours, their order, CLIP similarity." };
        var sweep = new Option<bool>("--sweep") { Description = "Measure quality and CPU time over the decoder's steps, samplers and guidance." };
        var gpu = new Option<bool>("--gpu") { Description = "Run the benchmarks that need a CUDA device instead, in at most ten minutes. Also writes gpu.json, unless --json names a file." };
        var prompts = new Option<int>("--prompts") { Description = "Number of prompts for the quality measurements, 1 to 20, two pictures each.", DefaultValueFactory = _ => DefaultPrompts };
        var json = new Option<FileInfo?>("--json") { Description = "Also write the figures to this file." };
        var command = new Command("bench", "Measures this machine with a model: medians and spread.") { model, only, batch, repeats, people, size, seconds, quality, sweep, gpu, prompts, json, PriorsBenchCommand.Create(), StylesBenchCommand.Create() };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var library = ModelOptions.OpenLibrary();
            var folder = ModelOptions.Folder(parsed.GetValue(model) ?? library.DefaultName);
            var opened = library.OpenFolder(folder);
            var context = new BenchContext(opened, folder, ModelOptions.Inference(), AtLeastOne("--repeats", parsed.GetValue(repeats)))
            {
                Batches = ParseBatches(parsed.GetRequiredValue(batch)),
                People = AtLeastOne("--people", parsed.GetValue(people)),
                Seconds = parsed.GetValue(seconds),
                Prompts = AtLeastOne("--prompts", parsed.GetValue(prompts)),
                Size = parsed.GetValue(size) ?? opened.Recipe.Sizes[^1],
            };
            if (parsed.GetValue(sweep))
            {
                return await SweepAsync(context, parsed.GetValue(json), cancellationToken).ConfigureAwait(false);
            }

            var (entries, file) = parsed.GetValue(gpu)
                ? ([BenchCatalog.Gpu], parsed.GetValue(json) ?? new FileInfo("gpu.json"))
                : (parsed.GetValue(quality) ? [BenchCatalog.Quality] : ParseEntries(parsed.GetValue(only)), parsed.GetValue(json));
            return await RunAsync(context, entries, file, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static int AtLeastOne(string option, int value) =>
        value >= 1 ? value : throw new BadInputException($"{option} must be 1 or more.");

    private static List<BenchEntry> ParseEntries(string? text)
    {
        if (text is null)
        {
            return [.. BenchCatalog.Entries];
        }

        var entries = new List<BenchEntry>();
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries))
        {
            entries.Add(BenchCatalog.Named.FirstOrDefault(entry => entry.Name == name)
                ?? throw new BadInputException($"There is no benchmark '{name}': choose {string.Join(", ", BenchCatalog.Named.Select(entry => entry.Name))}."));
        }

        return entries;
    }

    private static int[] ParseBatches(string text)
    {
        var sizes = new List<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            sizes.Add(int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) && rows is >= 1 and <= 64
                ? rows
                : throw new BadInputException($"'{part}' is not a batch size: give numbers from 1 to 64, for example --batch 1,2,4."));
        }

        return [.. sizes];
    }

    private static async Task<int> RunAsync(BenchContext context, List<BenchEntry> entries, FileInfo? json, CancellationToken cancellationToken)
    {
        var rows = new List<BenchRow>();
        foreach (var entry in entries)
        {
            // Print each group as soon as it is measured: all of them take minutes.
            foreach (var row in await entry.RunAsync(context, cancellationToken).ConfigureAwait(false))
            {
                rows.Add(row);
                await Console.Out.WriteLineAsync(
                    string.Create(CultureInfo.InvariantCulture, $"{row.Name,-76} {row.Median,9:0.###} {row.Unit,-6} ({row.Minimum:0.###} – {row.Maximum:0.###}, {row.Repeats})")).ConfigureAwait(false);
            }
        }

        return await SaveAsync(rows, json, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> SweepAsync(BenchContext context, FileInfo? json, CancellationToken cancellationToken)
    {
        var scores = new List<QualityScore>();
        await Console.Out.WriteLineAsync("decoder                    both %   in order %   CLIP         CPU s").ConfigureAwait(false);
        await foreach (var score in new QualityBench(context).SweepAsync(cancellationToken).ConfigureAwait(false))
        {
            scores.Add(score);
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{score.Name,-26} {100 * score.Both,6:0.0} {100 * score.InOrder,12:0.0} {score.Similarity,6:0.000} {score.Seconds,14:0.000}")).ConfigureAwait(false);
        }

        return await SaveAsync(scores, json, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> SaveAsync<T>(List<T> rows, FileInfo? json, CancellationToken cancellationToken)
    {
        if (json is not null)
        {
            await File.WriteAllTextAsync(json.FullName, JsonSerializer.Serialize(rows, Format), cancellationToken).ConfigureAwait(false);
        }

        return ExitCodes.Success;
    }
}
