using Microsoft.AspNetCore.Components;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Components.Runs;

namespace PromptCanvas.Web.Features.Create;

/// <summary>The start page: prompt box, running jobs, and the person's earlier runs.</summary>
public sealed partial class CreatePage(PersonRuns own, IModelStatus model, IStyles styles, NavigationManager navigation)
{
    private readonly List<Run> runs = [];
    private IReadOnlyList<JobView>? history;
    private IDisposable? creditsRead;
    private Refusal? refusal;
    private Composer composer = null!;
    private RunHistory earlier = null!;
    private string? modelProblem;
    private Lookup<JobView> job;
    private IReadOnlyList<StyleView> known = [];

    [Parameter]
    public Guid? JobId { get; set; }

    [SupplyParameterFromQuery(Name = "picture")]
    public Guid? PictureId { get; set; }

    [SupplyParameterFromQuery(Name = "prompt")]
    public string? PromptFromLink { get; set; }

    [SupplyParameterFromQuery(Name = "seed")]
    public string? SeedFromLink { get; set; }

    [SupplyParameterFromQuery(Name = "negative")]
    public string? NegativePromptFromLink { get; set; }

    [SupplyParameterFromQuery(Name = "steps")]
    public int? StepsFromLink { get; set; }

    [SupplyParameterFromQuery(Name = "guidance")]
    public double? GuidanceFromLink { get; set; }

    [SupplyParameterFromQuery(Name = "size")]
    public int? SizeFromLink { get; set; }

    [SupplyParameterFromQuery(Name = "aspect")]
    public string? AspectFromLink { get; set; }

    [SupplyParameterFromQuery(Name = "model")]
    public string? ModelFromLink { get; set; }

    [SupplyParameterFromQuery(Name = "count")]
    public int? CountFromLink { get; set; }

    [SupplyParameterFromQuery(Name = "style")]
    public Guid? StyleFromLink { get; set; }

    [SupplyParameterFromQuery(Name = "styleWeight")]
    public double? StyleWeightFromLink { get; set; }

    /// <summary>The styles that the person may use, passed from prerendering to the interactive page.</summary>
    [PersistentState]
    public IReadOnlyList<StyleView>? Styles { get; set; }

    /// <summary>The jobs on the first render, passed from prerendering to the interactive page.</summary>
    [PersistentState]
    public IReadOnlyList<JobView>? FirstJobs { get; set; }

    /// <summary>The person's credits, passed in the same way; null for viewers, who cannot make pictures.</summary>
    [PersistentState]
    public QuotaView? Credits { get; set; }

    [PersistentState]
    public string? DefaultVisibility { get; set; }

    private bool IsEmpty => history is { Count: 0 } && runs.Count == 0;

    private LiveCredits Live => own.Credits;

    // Jobs shown above are hidden in the history below.
    private HashSet<Guid> HiddenJobs => [.. runs.Where(run => run.Job is not null).Select(run => run.Job!.Id)];

    // The tiles of the runs, then the history without them.
    private List<Guid> OrderOnScreen =>
    [
        .. runs.SelectMany(run => run.Job?.Images ?? []).Where(picture => picture.Draft is null).Select(picture => picture.ImageId).OfType<Guid>(),
        .. (history ?? []).Where(job => !HiddenJobs.Contains(job.Id)).SelectMany(job => job.Images).Where(picture => picture.Draft is null).Select(picture => picture.ImageId).OfType<Guid>(),
    ];

    protected override async Task OnInitializedAsync()
    {
        FirstJobs ??= await ReadJobsAsync();
        modelProblem = model.Problem is null || (await own.PersonAsync(Gone)).IsAdministrator ? model.Problem : T["ModelProblemOfMember"];
        Live.Offer(Credits ??= await own.CountCreditsAsync(Gone));
        DefaultVisibility ??= await own.DefaultVisibilityAsync(Gone);
        known = Styles ?? await styles.ReadAsync(await own.PersonAsync(Gone), Gone);
        Styles ??= PersistedState.IfSmall(known);
        creditsRead = Live.Subscribe(OnCreditsRead);
        runs.AddRange(FirstJobs.Select(Run.Of));
    }

    protected override async Task OnParametersSetAsync()
    {
        if (JobId is not { } id)
        {
            job = default;
            return;
        }

        job = Lookup.Of(runs.Find(run => run.Job?.Id == id)?.Job ?? await FindAsync(id));
        if (job.Value is { } found && !Shows(id))
        {
            KeepActive();
            runs.Insert(0, Run.Of(found));
        }
    }

    private Task<JobView?> FindAsync(Guid id) => own.FindAsync(id, Gone);

    private bool Shows(Guid jobId) => runs.Exists(run => run.Job?.Id == jobId);

    // The job from the URL first, then the other queued or running ones, newest first.
    private async Task<IReadOnlyList<JobView>> ReadJobsAsync()
    {
        var active = (await own.ActiveAsync(Gone)).Reverse();
        var asked = JobId is { } id ? await FindAsync(id) : null;
        return asked is null ? [.. active] : [asked, .. active.Where(job => job.Id != asked.Id)];
    }

    private Task GenerateAsync(GenerateImages request) => MakeAsync(request.ToJob());

    // The drafts stay in their place until the history knows that they are being finished: nobody can choose them twice.
    private async Task FinishAsync(NewJob request)
    {
        if (await StartAsync(request))
        {
            await earlier.RefreshAsync();
            KeepActive();
        }
    }

    private async Task MakeAsync(NewJob request)
    {
        KeepActive();
        await StartAsync(request);
    }

    private async Task<bool> StartAsync(NewJob request)
    {
        refusal = null;
        var run = Run.Pending(request);
        runs.Insert(0, run);

        // The tiles appear at once.
        var queued = await own.StartAsync(request, CancellationToken.None);
        if (!queued.TryGet(out var id, out refusal))
        {
            runs.Remove(run);
            return false;
        }

        run.Job = await FindAsync(id);
        navigation.NavigateTo($"jobs/{id}");
        return true;
    }

    protected override ValueTask DisposeCoreAsync()
    {
        creditsRead?.Dispose();
        return base.DisposeCoreAsync();
    }

    private void OnCreditsRead() => Post(() =>
    {
        Credits = Live.Now;
        StateHasChanged();
    });

    // Credits for undelivered pictures have been refunded.
    private async Task CountCreditsAsync() => await own.CountCreditsAsync(CancellationToken.None);

    private Task AgainAsync(Run run) => MakeAsync(run.Request with { IdempotencyKey = Guid.NewGuid().ToString() });

    private Task AgainAsync(JobView earlier) => AgainAsync(Run.Of(earlier));

    private void TakeHistory(IReadOnlyList<JobView> read) => history = read;

    // Removes finished runs; they are in the history below.
    private void KeepActive() => runs.RemoveAll(run => run.IsOver);
}
