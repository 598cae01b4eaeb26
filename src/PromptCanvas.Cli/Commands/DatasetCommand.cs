using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using PromptCanvas.Cli.Datasets;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Generation.Datasets;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>dataset "TEMPLATE"</c>: makes a labelled data set of pictures.</summary>
internal sealed class DatasetCommand
{
    private const int MaximumCount = 100_000;

    private readonly Argument<string> template = new("TEMPLATE") { Description = "A prompt with slots, such as \"a {colour} {thing}\"." };
    private readonly Option<string[]> slots = new("--slot")
    {
        Description = "A slot's values, each with a weight if it is not 1, or @FILE with one a line. Once for each slot.",
        HelpName = "NAME=VALUE[:WEIGHT],…",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int> count = new("-n", "--count") { Description = "Number of pictures, 1 to 100000.", DefaultValueFactory = _ => 100 };
    private readonly Option<DirectoryInfo> output = new("--out") { Description = "A new folder, or one of an interrupted run, which goes on.", Required = true };
    private readonly Option<uint?> seed = new("--seed") { Description = "Seed of slots, splits and pictures. Default: random, printed." };
    private readonly Option<int> size = new("--size") { Description = "Side in pixels.", DefaultValueFactory = _ => 256 };
    private readonly Option<string?> model = ModelOptions.Model();
    private readonly Option<string> split = new("--split") { Description = "Parts and their shares.", HelpName = "NAME=SHARE,…", DefaultValueFactory = _ => "train=1" };
    private readonly Option<string[]> format = new("--format")
    {
        Description = "imagefolder (always written), webdataset, coco. May be repeated.",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<double?> similarity = new("--min-similarity") { Description = "Draw again what is less similar to its prompt (cosine in CLIP, −1 to 1)." };
    private readonly Option<double?> distance = new("--min-distance") { Description = "Draw again what is nearer to another picture (1 − cosine in CLIP, 0 to 2)." };
    private readonly Option<int> redraws = new("--redraws") { Description = "How often a picture is drawn again before it is left out, 0 to 20.", DefaultValueFactory = _ => 3 };

    private readonly Option<string?> basePrompt = new("--base") { Description = "Write masks: draw this first, with some of the slots, then paint the prompt into a box of it." };
    private readonly Option<string?> box = new("--box")
    {
        Description = "The box with --base, in shares of the picture's sides: the least and most side of random boxes, or one for all. Default: 0.3-0.6.",
        HelpName = "LEAST-MOST|LEFT,TOP,WIDTH,HEIGHT",
    };

    public static Command Create()
    {
        var options = new DatasetCommand();
        PictureOptions.RefuseOptions(options.template);
        var command = new Command("dataset", "Makes a labelled data set of pictures from a prompt with slots. Run it again after an interruption: it goes on where it stopped.")
        {
            options.template, options.slots, options.count, options.size, options.seed, options.output, options.model, options.split, options.format,
            options.similarity, options.distance, options.redraws, options.basePrompt, options.box,
        };
        command.SetAction(options.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var formats = CheckedFormats(parsed.GetValue(format)!);
        var filled = Read(PromptTemplate.Of(parsed.GetRequiredValue(template), [.. parsed.GetValue(slots)!.Select(SlotOption.Parse)]));
        var folder = new DatasetFolder(parsed.GetRequiredValue(output));
        var ordered = PlanOf(parsed, filled, folder);
        Read(DatasetPrompts.Of(ordered));
        var signing = FileSigning.OfEnvironment();
        using var session = new ModelSession(parsed.GetValue(model));
        var plan = ordered with { Model = session.Model.Name };
        var prompts = Read(DatasetPrompts.Of(plan));
        Check(session, plan, prompts);
        var done = folder.Open(plan, DatasetPlan.Block);
        await Console.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.Count} pictures at {plan.Size} pixels from {filled.Combinations:0} different prompts, seed {plan.Seed}; {done.Count} are there.")).ConfigureAwait(false);
        var entries = await MakeAsync(new DatasetMaker(session, plan, prompts, folder, signing), done, plan.Count, cancellationToken).ConfigureAwait(false);
        return await WriteAsync(folder, plan, prompts, entries, formats).ConfigureAwait(false);
    }

    private DatasetPlan PlanOf(ParseResult parsed, PromptTemplate filled, DatasetFolder folder)
    {
        var (given, shares) = (parsed.GetValue(basePrompt), parsed.GetValue(box));
        return DatasetEdit.Check(given, shares).Refusal is { } alone ? throw new BadInputException(alone.Message) : new DatasetPlan
        {
            Template = filled.Text,
            Slots = filled.Slots,
            Split = parsed.GetValue(split)!,
            Count = InRange(parsed, count, 1, MaximumCount),
            Seed = parsed.GetValue(seed) ?? folder.SeedOfPlan ?? BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))),
            Size = parsed.GetValue(size),
            Model = "",
            LeastSimilarity = InRange(parsed, similarity, -1, 1),
            LeastDistance = InRange(parsed, distance, 0, 2),
            Redraws = InRange(parsed, redraws, 0, DatasetPlan.MostRedraws),
            Edit = DatasetEdit.Of(given, shares),
        };
    }

    private static async Task<IReadOnlyList<DatasetEntry>> MakeAsync(DatasetMaker maker, IReadOnlyList<DatasetEntry> done, int count, CancellationToken cancellationToken)
    {
        var begun = TimeProvider.System.GetTimestamp();
        using var bar = new ProgressBar(1);
        return await maker.MakeAsync(
            done,
            decided =>
            {
                var left = TimeProvider.System.GetElapsedTime(begun) / (decided - done.Count) * (count - decided);
                bar.Report(0, (double)decided / count, string.Create(CultureInfo.InvariantCulture, $"{decided} of {count}, {left:h\\:mm\\:ss} left"));
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> WriteAsync(DatasetFolder folder, DatasetPlan plan, DatasetPrompts prompts, IReadOnlyList<DatasetEntry> entries, string[] formats)
    {
        var export = new DatasetExport(plan, prompts, entries, (name, cancellationToken) => File.ReadAllBytesAsync(Path.Combine(folder.Root, name), cancellationToken));
        foreach (var file in export.Files(formats))
        {
            await folder.SaveAsync(file, CancellationToken.None).ConfigureAwait(false);
        }

        var kept = entries.Count(entry => entry.File is not null);
        await Console.Out.WriteLineAsync($"{kept} pictures are in {folder.Root}; README.md says how they were made.").ConfigureAwait(false);
        if (kept < plan.Count)
        {
            await Console.Error.WriteLineAsync($"{plan.Count - kept} were left out, because no draw passed: README.md says why.").ConfigureAwait(false);
        }

        return kept > 0 ? ExitCodes.Success : ExitCodes.Fault;
    }

    private static void Check(ModelSession session, DatasetPlan plan, DatasetPrompts prompts)
    {
        if (session.Model.ImageEncoder is null && (plan.LeastSimilarity ?? plan.LeastDistance) is not null)
        {
            throw new BadInputException($"{session.Model.Name} has no image encoder, so it cannot judge its pictures: omit --min-similarity and --min-distance, or choose another model.");
        }

        // The requests differ in nothing else that is checked.
        foreach (var prompt in Enumerable.Range(0, plan.Count).SelectMany(index => new[] { prompts.PromptOf(index), prompts.BaseOf(index) }).OfType<string>().Distinct())
        {
            if (session.Engine.Validate(prompts.Request(prompt, index: 0, attempt: 0)) is { } problem)
            {
                throw new BadInputException($"\"{prompt}\": {problem}");
            }
        }
    }

    private static T Read<T>(Result<T> read) => read.TryGet(out var value, out var refusal) ? value : throw new BadInputException(refusal.Message);

    private static string[] CheckedFormats(string[] formats) => formats.FirstOrDefault(name => !DatasetFormats.All.Contains(name)) is { } unknown
        ? throw new BadInputException($"'{unknown}' is not a format: choose {string.Join(", ", DatasetFormats.All)}.")
        : formats;

    private static int InRange(ParseResult parsed, Option<int> option, int least, int most) => parsed.GetValue(option) is var value && value >= least && value <= most
        ? value
        : throw new BadInputException($"{option.Name} {value} is out of range: use a number from {least} to {most}.");

    private static double? InRange(ParseResult parsed, Option<double?> option, double least, double most) => parsed.GetValue(option) switch
    {
        null => null,
        { } value when value >= least && value <= most => value,
        { } value => throw new BadInputException(string.Create(CultureInfo.InvariantCulture, $"{option.Name} {value} is out of range: use a number from {least} to {most}.")),
    };
}
