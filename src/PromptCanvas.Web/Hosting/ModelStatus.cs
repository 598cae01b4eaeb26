using PromptCanvas.Diffusion.Models;
using PromptCanvas.Generation.Engines;
using PromptCanvas.Web.Features.Create;

namespace PromptCanvas.Web.Hosting;

/// <summary>Opens the default model when the studio starts, beside everything else, and tells the page when that fails.</summary>
internal sealed class ModelStatus(IEngineProvider engines, TimeProvider clock, ILogger<ModelStatus> log) : BackgroundService, IModelStatus
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);
    private volatile string? problem;

    public IReadOnlyList<string> Models => [.. engines.Models.OrderBy(name => name != engines.DefaultModel)];

    public string? Problem => problem;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!TryOpen())
        {
            await Task.Delay(RetryAfter, clock, stoppingToken);
        }
    }

    // A model that is put right while the studio runs is noticed without a restart.
    private bool TryOpen()
    {
        try
        {
            engines.Get(engines.DefaultModel);
            problem = null;
            return true;
        }
        catch (ModelException fault)
        {
            if (problem != fault.Message)
            {
                log.LogError("{Problem}", fault.Message);
            }

            problem = fault.Message;
            return false;
        }
    }
}
