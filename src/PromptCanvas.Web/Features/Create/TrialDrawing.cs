using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Web.Features.Create;

/// <summary>Draws the trial picture of the default model and measures how fast the machine is.</summary>
internal sealed class TrialDrawing(IEngineProvider engines, ITrialTimes times, TimeProvider clock, ILogger<TrialDrawing> log)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <exception cref="Diffusion.ModelException">The model is missing or damaged.</exception>
    public async Task DrawAsync(CancellationToken stoppingToken)
    {
        var engine = engines.Get(engines.DefaultModel);

        // A model that draws from pictures only loads with its first job.
        if (!engines.RunsHere || engine.Validate(TrialPicture.Request) is not null)
        {
            return;
        }

        var pace = new TrialPace(clock);
        await foreach (var step in engine.GenerateAsync(TrialPicture.Request, stoppingToken))
        {
            log.LogTrace("Trial picture: {Event}", step);
            pace.Add(step);
        }

        times.AddTrial(engines.DefaultModel, pace.Seconds);
    }

    /// <summary>Waits before another attempt.</summary>
    public Task RestAsync(CancellationToken stoppingToken) => Task.Delay(RetryAfter, clock, stoppingToken);
}

/// <summary>Extrapolates a picture's seconds from the steps that follow another one of their stage: the first step of each stage also loads weights.</summary>
internal sealed class TrialPace(TimeProvider clock)
{
    private (GenerationStage Stage, double Progress, long At)? last;
    private TimeSpan elapsed;
    private double share;

    /// <summary>Not a number until one step has followed another.</summary>
    public double Seconds => elapsed.TotalSeconds / share;

    public void Add(GenerationEvent happened)
    {
        if (happened is not StepCompleted step)
        {
            return;
        }

        var now = clock.GetTimestamp();
        if (last is { } before && before.Stage == step.Stage)
        {
            elapsed += clock.GetElapsedTime(before.At, now);
            share += step.Progress - before.Progress;
        }

        last = (step.Stage, step.Progress, now);
    }
}
