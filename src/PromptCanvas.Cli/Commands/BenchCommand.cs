using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using PromptCanvas.Cli.Bench;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>bench</c>: measures this machine with a model.</summary>
internal static class BenchCommand
{
    private const int DefaultRepeats = 5;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var model = ModelOptions.Model();
        var batch = new Option<string>("--batch") { Description = "Rows of one decoder run to measure.", DefaultValueFactory = _ => "1,4" };
        var repeats = new Option<int>("--repeats") { Description = "Measurements of each figure.", DefaultValueFactory = _ => DefaultRepeats };
        var json = new Option<FileInfo?>("--json") { Description = "Also write the figures to this file." };
        var only = new Option<string?>("--only") { Description = "queue: submit, claim, positions and gallery on a database of its own.", HelpName = "queue" };
        only.AcceptOnlyFromAmong("queue");
        var command = new Command("bench", "Measures this machine with a model: medians and spread.") { model, batch, repeats, json, only };
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(only) is null
            ? RunAsync(
                parsed.GetValue(model), ParseBatches(parsed.GetRequiredValue(batch)), parsed.GetValue(repeats), parsed.GetValue(json), cancellationToken)
            : RunQueueAsync(parsed.GetValue(json), cancellationToken));
        return command;
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

    private static async Task<int> RunAsync(
        string? modelName, int[] batches, int repeats, FileInfo? json, CancellationToken cancellationToken)
    {
        if (repeats < 1)
        {
            throw new BadInputException("--repeats must be 1 or more.");
        }

        using var library = ModelOptions.OpenLibrary();
        var folder = ModelOptions.Folder(modelName ?? library.DefaultName);
        var model = library.OpenFolder(folder);
        var rows = new List<BenchRow>();
        rows.AddRange(await new ColdStartBench(folder, model.Recipe.Sizes[^1], repeats).RunAsync(cancellationToken).ConfigureAwait(false));
        rows.AddRange(await new PipelineBench(model, repeats).RunAsync(cancellationToken).ConfigureAwait(false));
        rows.AddRange(new UNetBench(model, folder, new ExecutionProviders(ModelOptions.Inference()), repeats).Run(batches, cancellationToken));
        rows.AddRange(EncodeBench.Run(repeats));
        return await ReportAsync(rows, json, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> RunQueueAsync(FileInfo? json, CancellationToken cancellationToken) =>
        await ReportAsync(await QueueBench.RunAsync(cancellationToken).ConfigureAwait(false), json, cancellationToken).ConfigureAwait(false);

    private static async Task<int> ReportAsync(List<BenchRow> rows, FileInfo? json, CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            await Console.Out.WriteLineAsync(
                string.Create(CultureInfo.InvariantCulture, $"{row.Name,-58} {row.Median,9:0.###} {row.Unit,-8} ({row.Minimum:0.###} – {row.Maximum:0.###}, {row.Repeats})")).ConfigureAwait(false);
        }

        if (json is not null)
        {
            await File.WriteAllTextAsync(json.FullName, JsonSerializer.Serialize(rows, Format), cancellationToken).ConfigureAwait(false);
        }

        return ExitCodes.Success;
    }
}
