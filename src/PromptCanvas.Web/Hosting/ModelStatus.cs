using System.Diagnostics.CodeAnalysis;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Web.Features.Create;

namespace PromptCanvas.Web.Hosting;

/// <summary>Opens the default model and draws one small picture when the studio starts, beside everything else: the first person
/// does not wait for weights to be read, and the page can say what is wrong with them before anybody asks.</summary>
internal sealed class ModelStatus(
    IEngineProvider engines, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<ModelStatus> log) : BackgroundService, IModelStatus
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private static readonly GenerationRequest SmallPicture = new()
    {
        Prompt = "a cube",
        Seed = 0,
        Count = 1,
        Size = 64,
        Overrides = new RecipeOverrides { PriorSteps = 2, DecoderSteps = 2 },
        PreviewsWanted = _ => false,
    };

    private volatile string? problem;
    private volatile bool isOpen;

    public IReadOnlyList<string> Models => [.. engines.Models.OrderBy(name => name != engines.DefaultModel)];

    public string? Problem => problem;

    public string UnreadPart(string? model, string prompt)
    {
        // Somebody types: that must not wait for weights to be read.
        if (!isOpen || string.IsNullOrWhiteSpace(prompt))
        {
            return "";
        }

        try
        {
            return engines.Get(model ?? engines.DefaultModel) is IPromptReader reader ? reader.UnreadPart(prompt) : "";
        }
        catch (ModelException)
        {
            return "";
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A start that fails, on a port in use say, takes the services away while the trial would still be running.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);

        // A model that is put right while the studio runs is noticed without a restart.
        while (!await TryAsync(stoppingToken))
        {
            await Task.Delay(RetryAfter, clock, stoppingToken);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The studio serves whatever happens to a trial; jobs report their own faults.")]
    private async Task<bool> TryAsync(CancellationToken stoppingToken)
    {
        try
        {
            var engine = engines.Get(engines.DefaultModel);
            await foreach (var step in engine.GenerateAsync(SmallPicture, stoppingToken))
            {
                log.LogTrace("Trial picture: {Event}", step);
            }
        }
        catch (ModelException fault)
        {
            Report(fault.Message);
            return false;
        }
        catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
        {
            log.LogError(fault, "The trial picture of model {Model} failed", engines.DefaultModel);
        }

        problem = null;
        isOpen = true;
        return true;
    }

    private void Report(string message)
    {
        if (problem != message)
        {
            log.LogError("{Problem}", message);
        }

        problem = message;
    }
}
