using PromptCanvas.Generation.Configuration;
using PromptCanvas.ModelHub;

namespace PromptCanvas.Web.Features.Operations;

/// <summary>The download that runs, or the last one.</summary>
/// <param name="Problem">Why it ended without a model; null = it runs, or the model is there.</param>
public sealed record ModelDownloadState(ModelPlan Plan, DownloadProgress Progress, bool IsRunning, string? Problem);

/// <summary>Downloads models in the background, one at a time; it goes on when the page is closed.</summary>
public interface IModelDownloads
{
    /// <summary>Raised on any thread when <see cref="State"/> has changed.</summary>
    event Action? Changed;

    /// <summary>Null = none since the studio started.</summary>
    ModelDownloadState? State { get; }

    /// <summary>Downloads that a stop, a fault or a restart interrupted.</summary>
    IReadOnlyList<ModelPlan> Unfinished();

    /// <summary>Looks up what would be downloaded.</summary>
    Task<Result<ModelPlan>> LookUpAsync(ModelRequest request, CancellationToken cancellationToken);

    /// <summary>What a model needs that this machine lacks the memory for; null = it fits, or engines do not run here.</summary>
    NeedsFacts? TooLarge(ModelPlan plan);

    /// <summary>Begins, or goes on with, a download.</summary>
    Result Start(ModelPlan plan);

    /// <summary>Stops the running download; what is there is kept.</summary>
    Task StopAsync();

    /// <summary>Deletes what is there of an unfinished download.</summary>
    Result Discard(string name);
}

/// <inheritdoc/>
/// <param name="connect">Opens a connection to the hub of the settings.</param>
/// <param name="modelsFolder">Where models are.</param>
/// <param name="check">The fault of a complete folder in a sentence; null = the engine can use it.</param>
internal sealed class ModelDownloads(Func<HubClient> connect, string modelsFolder, Func<string, string?> check, ILogger<ModelDownloads> logger) : IModelDownloads, IAsyncDisposable
{
    private readonly Lock gate = new();
    private CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    public event Action? Changed;

    public ModelDownloadState? State { get; private set; }

    public IReadOnlyList<ModelPlan> Unfinished() =>
        [.. ModelDownload.Unfinished(modelsFolder).Where(plan => State is not { IsRunning: true } state || state.Plan.Name != plan.Name)];

    public async Task<Result<ModelPlan>> LookUpAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var hub = connect();
            return await Of(hub).PlanAsync(request, cancellationToken);
        }
        catch (Exception fault) when (fault is ModelHubException or StartupException)
        {
            // The latter names a token's file that cannot be read.
            return new InvalidInput("model", fault.Message);
        }
    }

    /// <summary>What a model will need on this machine; null = it runs on others.</summary>
    public Func<ModelPlan, NeedsFacts?> Forecast { get; init; } = _ => null;

    public NeedsFacts? TooLarge(ModelPlan plan) => Forecast(plan) is { } needs && needs.Least > needs.Machine ? needs : null;

    public Result Start(ModelPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        lock (gate)
        {
            if (State is { IsRunning: true } busy)
            {
                return new WrongState($"{busy.Plan.Name} is being downloaded; wait until it is there, or stop it.");
            }

            stop.Dispose();
            stop = new CancellationTokenSource();
            State = new ModelDownloadState(plan, new DownloadProgress(0, plan.Bytes, 0, null), IsRunning: true, Problem: null);
            running = Task.Run(() => RunAsync(plan, stop.Token));
        }

        Changed?.Invoke();
        return Result.Done;
    }

    public async Task StopAsync()
    {
        Task ending;
        lock (gate)
        {
            stop.Cancel();
            ending = running;
        }

        await ending;
    }

    public Result Discard(string name)
    {
        try
        {
            ModelDownload.Discard(modelsFolder, name);
            return Result.Done;
        }
        catch (ModelHubException fault)
        {
            return new WrongState(fault.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
    }

    private ModelDownload Of(HubClient hub) => new(hub, modelsFolder) { Check = check };

    private async Task RunAsync(ModelPlan plan, CancellationToken cancellationToken)
    {
        var problem = "The download failed; the log has the reason.";
        try
        {
            using var hub = connect();
            await Of(hub).RunAsync(plan, progress => Show(new ModelDownloadState(plan, progress, IsRunning: true, Problem: null)), cancellationToken);
            problem = null;
            logger.LogInformation("The model {Name} was downloaded from {Hub}.", plan.Name, plan.Hub);
        }
        catch (OperationCanceledException)
        {
            problem = "The download was stopped. What is there is kept.";
        }
        catch (ModelHubException fault)
        {
            problem = fault.Message;
            logger.LogWarning("The model {Name} was not downloaded: {Reason}", plan.Name, fault.Message);
        }
#pragma warning disable CA1031 // A fault of one download must not end the studio; it is logged, and the page says so.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            logger.LogError(fault, "The model {Name} was not downloaded.", plan.Name);
        }
        finally
        {
            Show(State! with { IsRunning = false, Problem = problem });
        }
    }

    private void Show(ModelDownloadState state)
    {
        State = state;
        Changed?.Invoke();
    }
}
