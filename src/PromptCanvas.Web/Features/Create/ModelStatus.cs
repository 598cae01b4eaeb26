using System.Diagnostics.CodeAnalysis;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Web.Features.Create;

/// <summary>Opens the default model at startup and generates one small trial picture in the background. This loads the weights before the first
/// request and lets the page report model errors early. Where engines do not run, it only opens the model.</summary>
internal sealed class ModelStatus(
    IEngineProvider engines, TrialDrawing trial, IHostApplicationLifetime lifetime, Supervisor supervisor, ILogger<ModelStatus> log)
    : SupervisedService(supervisor), IModelStatus
{
    private static readonly OfferedSize[] Standard = [.. RequestRules.StandardSizes.Reverse().Select(side => new OfferedSize(side, side))];

    private volatile string? problem;
    private volatile bool isOpen;

    public IReadOnlyList<string> Models => [.. engines.Models.OrderBy(name => name != engines.DefaultModel)];

    public string? Problem => problem;

    public string UnreadPart(string? model, string prompt)
    {
        // Called while a person types: do not wait for the weights to load.
        return string.IsNullOrWhiteSpace(prompt) || Engine(model) is not IPromptReader reader ? "" : reader.UnreadPart(prompt);
    }

    public IReadOnlyList<OfferedSize> Sizes(string? model) =>
        Engine(model)?.Sizes is { Count: > 0 } sizes ? [.. sizes.Reverse()] : Standard;

    public bool MakesSquaresOnly(string? model) => Engine(model)?.MakesSquaresOnly ?? true;

    public bool DrawsDrafts(string? model) => Engine(model) is not { DraftSize: null };

    public StageRecipe? DecoderDefaults(string? model) => Engine(model)?.DecoderDefaults;

    private IImageEngine? Engine(string? model)
    {
        try
        {
            return isOpen ? engines.Get(model ?? engines.DefaultModel) : null;
        }
        catch (ModelException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        // Wait for a successful start. If startup fails (port in use, for example), the services are disposed while the trial still runs.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(stoppingToken);

        // Retry, so that a repaired model is picked up without a restart.
        while (!await TryAsync(stoppingToken))
        {
            await trial.RestAsync(stoppingToken);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A failed trial must not stop the studio; jobs report their own faults.")]
    private async Task<bool> TryAsync(CancellationToken stoppingToken)
    {
        try
        {
            await trial.DrawAsync(stoppingToken);
        }
        catch (ModelException fault)
        {
            ShowProblem(fault.Message);
            return false;
        }
        catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
        {
            Report(fault, $"The trial picture of model {engines.DefaultModel} failed");
        }

        problem = null;
        isOpen = true;
        return true;
    }

    private void ShowProblem(string message)
    {
        if (problem != message)
        {
            log.LogError("{Problem}", message);
        }

        problem = message;
    }
}
