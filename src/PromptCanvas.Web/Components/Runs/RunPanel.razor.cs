using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Web.Resources;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Components.Runs;

/// <summary>A run's tiles and status. The job's state comes from the database; preview frames go from the hub directly to the canvases.</summary>
public sealed partial class RunPanel(PersonRuns runs, PersonCancellations cancellations, IJobFeed feed, ISnackbar snackbar, IJSRuntime js)
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private const int TicksPerRead = 3;

    private ElementReference tiles;
    private IDisposable? subscription;
    private IJSObjectReference? watch;
    private Guid? watched;
    private double? eta;
    private bool stopping;

    [Parameter, EditorRequired]
    public required Run Run { get; set; }

    /// <summary>The person repeats the run.</summary>
    [Parameter]
    public EventCallback<Run> OnAgain { get; set; }

    /// <summary>The job has ended.</summary>
    [Parameter]
    public EventCallback<Run> OnOver { get; set; }

    /// <summary>The person finishes drafts of the run.</summary>
    [Parameter]
    public EventCallback<NewJob> OnFinish { get; set; }

    /// <summary>Called when a finished tile is chosen; without it the viewer opens.</summary>
    [Parameter]
    public EventCallback<Guid> OnPick { get; set; }

    private string Title => T.Title(Run.Request.Prompt.Length > 0 ? Run.Request.Prompt : Run.Job?.Prompt ?? "", Run.Job?.Kind ?? Run.Request.Kind);

    private string State => Run.Job is { } job ? LowerCaseName.Of(job.State) : "pending";

    protected override async ValueTask DisposeCoreAsync()
    {
        subscription?.Dispose();
        await StopWatchingAsync();
        await base.DisposeCoreAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (Run.Job is not { } job || watched == job.Id || Run.IsOver)
        {
            return;
        }

        watched = job.Id;
        eta = job.EtaSeconds;
        subscription = feed.Subscribe(job.Id, _ => Post(ReadAsync));
        Post(CountDownAsync);
        await WatchFramesAsync(job.Id);
        await ReadAsync();
    }

    private static Func<JobPictureView, bool> At(int index) => picture => picture.Index == index;

    // A single picture is stopped with its job.
    private EventCallback<int> OnSkip => Run.Request.Count > 1 ? EventCallback.Factory.Create<int>(this, SkipAsync) : default;

    // If the whole job failed, its error is shown once below the tiles.
    private string? NoteOf(int index) => Run.Job?.Images.FirstOrDefault(At(index)) switch
    {
        { State: JobPictureState.Failed } picture => Run.Job.State == JobState.Failed ? T["TileFailed"] : T.Say(picture.Error) ?? T["TileFailed"],
        { State: JobPictureState.Rejected } picture => Run.Job.State == JobState.Rejected ? T["TileRefused"] : T.Say(picture.Error) ?? T["TileRefused"],
        { State: JobPictureState.Cancelled } => T["TileStopped"],
        _ => null,
    };

    private async Task WatchFramesAsync(Guid jobId)
    {
        var stages = new Dictionary<string, string>
        {
            ["prior"] = T["StagePrior"],
            ["decoder"] = T["StageDecoder"],
            ["superResolution256"] = T["StageSuperResolution256"],
            ["superResolution1024"] = T["StageSuperResolution1024"],
        };
        var module = await js.ImportAsync("./js/denoise-canvas.js", Gone);
        if (Run.IsOver)
        {
            // Drafts that are over have other tiles.
            return;
        }

        watch = await module.OpenAsync("watch", [tiles, jobId, stages], Gone);
    }

    private async Task ReadAsync()
    {
        if (Run.IsOver || watched is not { } id)
        {
            return;
        }

        Run.Job = await runs.FindAsync(id, Gone) ?? Run.Job;
        eta = Run.Job?.EtaSeconds;
        StateHasChanged();
        if (Run.IsOver)
        {
            subscription?.Dispose();
            await StopWatchingAsync();
            await OnOver.InvokeAsync(Run);
        }
    }

    // Counts the seconds down between two reads.
    private async Task CountDownAsync()
    {
        using var timer = new PeriodicTimer(Tick);
        for (var tick = 1; !Run.IsOver && await timer.WaitForNextTickAsync(Gone); tick++)
        {
            eta = eta is { } seconds ? Math.Max(0, seconds - Tick.TotalSeconds) : null;
            if (tick % TicksPerRead == 0)
            {
                await ReadAsync();
            }

            StateHasChanged();
        }
    }

    private async Task StopAsync()
    {
        if (Run.Job is not { } job)
        {
            return;
        }

        stopping = true;
        if ((await cancellations.CancelAsync(job.Id, Gone)).TryGet(out var cancelled, out var refusal))
        {
            Run.Job = cancelled;
        }
        else
        {
            snackbar.Show(refusal);
        }

        stopping = false;
    }

    // Cancels one picture: it stops within one step and its credit is refunded; the others continue.
    private async Task SkipAsync(int index)
    {
        if (Run.Job is not { } job)
        {
            return;
        }

        if ((await cancellations.CancelPictureAsync(job.Id, index, Gone)).TryGet(out _, out var refusal))
        {
            await ReadAsync();
        }
        else
        {
            snackbar.Show(refusal);
        }
    }

    private async ValueTask StopWatchingAsync()
    {
        // Called both at the end of the job and at the disposal of the component.
        var ending = watch;
        watch = null;
        await ending.EndAsync();
    }
}
