using System.Diagnostics;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Cli.Bench;

/// <summary>Times whole requests through the engine: four drafts, the first preview and the end of four pictures, and the share outside the networks.</summary>
internal sealed class PipelineBench(UnClipModel model, int repeats)
{
    private const int Pictures = 4;
    private const string Prompt = "a red cube on top of a blue cube";

    private readonly NetworkMeter meter = new();
    private readonly List<double> drafts = [];
    private readonly List<double> firstPreview = [];
    private readonly List<double> finished = [];
    private readonly List<double> previewShare = [];
    private readonly List<double> outsideWall = [];
    private readonly List<double> outsideProcessor = [];

    public async Task<IReadOnlyList<BenchRow>> RunAsync(CancellationToken cancellationToken)
    {
        var metered = meter.Around(model);
        using var engine = new ImageEngine(metered, new EngineOptions());
        var size = model.Recipe.Sizes[^1];
        await OnceAsync(engine, size, measured: false, cancellationToken).ConfigureAwait(false);
        for (var repeat = 0; repeat < repeats; repeat++)
        {
            await OnceAsync(engine, size, measured: true, cancellationToken).ConfigureAwait(false);
            await DraftAsync(engine, cancellationToken).ConfigureAwait(false);
        }

        return
        [
            .. drafts.Count > 0 ? [BenchRow.Of($"{Pictures} drafts of {engine.DraftSize}², warm", "s", drafts)] : Array.Empty<BenchRow>(),
            BenchRow.Of($"first preview of {Pictures} pictures, warm", "s", firstPreview),
            BenchRow.Of($"{Pictures} finished pictures of {size}², warm", "s", finished),
            BenchRow.Of("first preview as a share of the time to finish", "%", previewShare),
            BenchRow.Of("time outside the networks, wall clock", "%", outsideWall),
            BenchRow.Of("time outside the networks, CPU time", "%", outsideProcessor),
        ];
    }

    private async Task DraftAsync(ImageEngine engine, CancellationToken cancellationToken)
    {
        if (engine.DraftSize is not { } side)
        {
            return;
        }

        var start = Stopwatch.GetTimestamp();
        await foreach (var _ in engine.GenerateAsync(new GenerationRequest { Prompt = Prompt, Seed = 1, Count = Pictures, Size = side }, cancellationToken).ConfigureAwait(false))
        {
            // Only the time counts.
        }

        drafts.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private async Task OnceAsync(ImageEngine engine, int size, bool measured, CancellationToken cancellationToken)
    {
        meter.Reset();
        var request = new GenerationRequest { Prompt = Prompt, Seed = 1, Count = Pictures, Size = size };
        var processor = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        TimeSpan? preview = null;
        await foreach (var value in engine.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (value is StepCompleted { PredictedImage: not null })
            {
                preview ??= Stopwatch.GetElapsedTime(start);
            }
        }

        if (!measured)
        {
            return;
        }

        var wall = Stopwatch.GetElapsedTime(start);
        var total = Environment.CpuUsage.TotalTime - processor;
        firstPreview.Add(preview!.Value.TotalSeconds);
        finished.Add(wall.TotalSeconds);
        previewShare.Add(100 * preview.Value / wall);
        outsideWall.Add(100 * (wall - meter.Wall) / wall);
        outsideProcessor.Add(100 * (total - meter.Processor) / total);
    }
}
