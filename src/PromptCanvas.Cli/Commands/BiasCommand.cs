using System.CommandLine;
using System.Globalization;
using System.Text;
using PromptCanvas.Cli.Bias;
using PromptCanvas.Cli.Options;
using PromptCanvas.Cli.Output;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Generation.Bias;
using PromptCanvas.Generation.Bias.Measuring;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Cli.Commands;

/// <summary><c>bias PROMPT …</c>: measures what a model draws where the prompt leaves it open.</summary>
internal sealed class BiasCommand
{
    private readonly Argument<string[]> prompts = new("PROMPT") { Description = "Neutral prompts. Default: a built-in list for what the model draws.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<DirectoryInfo?> output = new("--out") { Description = "A new folder, or one of an interrupted run, which goes on." };
    private readonly Option<string> name = new("--name") { Description = "The report's title.", DefaultValueFactory = _ => "Bias audit" };
    private readonly Option<int> count = new("-n", "--count") { Description = "Pictures of each prompt.", DefaultValueFactory = _ => BiasPlan.DefaultPictures };
    private readonly Option<int> size = new("--size") { Description = "Side in pixels: 64, 256, 512 or 1024.", DefaultValueFactory = _ => BiasPlan.DefaultSize };
    private readonly Option<uint> seed = new("--seed") { Description = "Picture i of every prompt has seed S + i.", DefaultValueFactory = _ => 0 };
    private readonly Option<string?> model = ModelOptions.Model();
    private readonly Option<FileInfo?> captions = new("--captions") { Description = "A file of attributes, values and captions; see --print-captions." };
    private readonly Option<bool> print = new("--print-captions") { Description = "Print the built-in captions, as a start for a file of your own, and end." };
    private readonly Option<double> threshold = new("--threshold") { Description = "A picture whose most probable value is below this is uncertain.", DefaultValueFactory = _ => BiasPlan.DefaultThreshold };
    private readonly Option<double?> guidance = new("--guidance") { Description = "Guidance scale of the decoder; 1 turns it off." };
    private readonly Option<double?> priorGuidance = new("--prior-guidance") { Description = "Guidance scale of the prior; 1 turns it off." };
    private readonly Option<int?> steps = new("--decoder-steps") { Description = "Steps of the decoder." };
    private readonly Option<bool> rendered = new("--rendered-examples") { Description = "Calibrate colours on drawn shapes." };
    private readonly Option<DirectoryInfo?> examples = new("--examples") { Description = "Calibrate on pictures in ATTRIBUTE/VALUE/ below this folder." };
    private readonly PriorOptions prior;

    private BiasCommand(Command command) => prior = new PriorOptions(command);

    public static Command Create()
    {
        var command = new Command("bias", "Draws pictures of neutral prompts and measures by CLIP what they show: colours, shapes, places, people. Run it again after an interruption: it goes on where it stopped.");
        var options = new BiasCommand(command);
        command.Add(options.prompts);
        Option[] all =
        [
            options.output, options.name, options.count, options.size, options.seed, options.model, options.captions, options.print, options.threshold,
            options.guidance, options.priorGuidance, options.steps, options.rendered, options.examples,
        ];
        foreach (var option in all)
        {
            command.Add(option);
        }

        command.SetAction(options.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var session = new ModelSession(parsed.GetValue(model));
        var world = BiasWorld.Of(new ModelVocabulary(session.Model.Tokenizer, session.Model.Captions));
        if (parsed.GetValue(print))
        {
            await Console.Out.WriteAsync(BiasAttributeText.Write(world.Attributes)).ConfigureAwait(false);
            return ExitCodes.Success;
        }

        var folder = new BiasFolder(parsed.GetValue(output) ?? throw new BadInputException("Name a folder for the report with --out."));
        var plan = PlanOf(parsed, session.Model, world);
        var run = new BiasRun(session, plan, folder, FileSigning.OfEnvironment());
        Check(session, plan, run);
        folder.Open(plan);
        await DrawAsync(run, plan, cancellationToken).ConfigureAwait(false);
        var labels = parsed.GetValue(rendered) ? await run.RenderedLabelsAsync(cancellationToken).ConfigureAwait(false) : [];
        if (parsed.GetValue(examples) is { } labelled)
        {
            labels = [.. labels, .. await run.FolderLabelsAsync(labelled, cancellationToken).ConfigureAwait(false)];
        }

        var (report, pictures) = await run.MeasureAsync(labels, cancellationToken).ConfigureAwait(false);
        folder.Save("report.csv", Encoding.UTF8.GetBytes(BiasCsv.Write(BiasExportWords.English, report)));
        folder.Save("report.html", Encoding.UTF8.GetBytes(BiasHtml.Write(BiasExportWords.English, plan, report, pictures)));
        Print(report, folder);
        return report.Measured > 0 ? ExitCodes.Success : ExitCodes.Fault;
    }

    private static async Task DrawAsync(BiasRun run, BiasPlan plan, CancellationToken cancellationToken)
    {
        await Console.Error.WriteLineAsync($"{plan.Pictures} pictures at {plan.Size} pixels for {plan.Prompts.Count} prompts.").ConfigureAwait(false);
        using var bar = new ProgressBar(1);
        await run.DrawAsync(there => bar.Report(0, (double)there / plan.Pictures, $"{there} of {plan.Pictures}"), cancellationToken).ConfigureAwait(false);
    }

    private BiasPlan PlanOf(ParseResult parsed, UnClipModel opened, BiasWorld world)
    {
        var attributes = parsed.GetValue(captions) is { } file ? Read(file) : world.Attributes;
        var request = prior.Apply(parsed, new GenerationRequest { Prompt = "", Seed = 0, Count = 1, Size = BiasPlan.DefaultSize });
        return new BiasPlan
        {
            Name = parsed.GetRequiredValue(name),
            Model = opened.Name,
            Prompts = parsed.GetValue(prompts) is { Length: > 0 } given ? given : world.Prompts,
            PicturesPerPrompt = parsed.GetValue(count),
            Size = parsed.GetValue(size),
            Seed = parsed.GetValue(seed),
            Overrides = request.Overrides with { DecoderGuidance = parsed.GetValue(guidance), PriorGuidance = parsed.GetValue(priorGuidance), DecoderSteps = parsed.GetValue(steps) },
            Attributes = attributes,
            Threshold = parsed.GetValue(threshold),
        };
    }

    private static IReadOnlyList<BiasAttribute> Read(FileInfo file)
    {
        try
        {
            return BiasAttributeText.Read(File.ReadAllText(file.FullName)).TryGet(out var attributes, out var refusal) ? attributes : throw new BadInputException(refusal.Message);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{file.FullName} cannot be read ({fault.Message}).");
        }
    }

    private static void Check(ModelSession session, BiasPlan plan, BiasRun run)
    {
        if (BiasPlanChecks.Check(plan).Refusal is { } refusal)
        {
            throw new BadInputException(refusal.Message);
        }

        if (session.Model.ImageEncoder is null)
        {
            throw new BadInputException($"{session.Model.Name} has no image encoder, so it cannot measure its pictures: choose another model.");
        }

        var texts = from attribute in plan.Attributes from value in attribute.Values from prompt in plan.Prompts from caption in value.CaptionsFor(prompt) select caption;
        var problem = BiasBatch.Of(plan).Select(batch => session.Engine.Validate(run.RequestOf(batch))).FirstOrDefault(problem => problem is not null)
            ?? session.Engine.ValidateEmbedding([.. texts.Distinct().Select(caption => new TextInput(caption))]);
        if (problem is not null)
        {
            throw new BadInputException(problem);
        }
    }

    private static void Print(BiasReport report, BiasFolder folder)
    {
        foreach (var finding in report.Sections[0].Findings)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{finding.Attribute} ({100 * finding.Shares.UncertainShare:0} % uncertain)"));
            foreach (var value in finding.Shares.Values.Where(value => value.Best.Share > 0).OrderByDescending(value => value.Best.Share))
            {
                var (share, interval) = value.Best;
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {100 * share,5:0.0} % ({100 * interval.Low:0.0} to {100 * interval.High:0.0})  {value.Name}"));
            }
        }

        Console.Out.WriteLine($"{report.Measured} pictures measured, {report.Missing} missing: {Path.Combine(folder.Root, "report.html")}");
    }
}
