using System.Globalization;
using Microsoft.AspNetCore.Components;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Results;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Components.Gallery;
using PromptCanvas.Web.Components.Runs;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Create;

/// <summary>The start page: prompt box, running jobs, gallery.</summary>
public sealed partial class CreatePage(
    GenerateImagesHandler handler, IJobQueries jobs, ICurrentActor actor, LiveCredits live, IModelStatus model, GalleryWindow window, NavigationManager navigation)
{
    private readonly List<Run> runs = [];
    private IDisposable? creditsRead;
    private Refusal? refusal;
    private Composer composer = null!;
    private string? modelProblem;
    private bool galleryEmpty;
    private Lookup<JobView> job;

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

    [SupplyParameterFromQuery(Name = "model")]
    public string? ModelFromLink { get; set; }

    [SupplyParameterFromQuery(Name = "count")]
    public int? CountFromLink { get; set; }

    /// <summary>The jobs on the first render, passed from prerendering to the interactive page.</summary>
    [PersistentState]
    public IReadOnlyList<JobView>? FirstJobs { get; set; }

    /// <summary>The person's credits, passed in the same way; null for viewers, who cannot make pictures.</summary>
    [PersistentState]
    public QuotaView? Credits { get; set; }

    private bool IsEmpty => galleryEmpty && runs.Count == 0;

    // Jobs shown above are hidden in the gallery below.
    private HashSet<Guid> HiddenJobs => [.. runs.Where(run => run.Job is not null).Select(run => run.Job!.Id)];

    // The tiles of the runs, then the gallery without them.
    private List<Guid> OrderOnScreen =>
    [
        .. runs.SelectMany(run => run.Job?.Images ?? []).Select(image => image.ImageId).OfType<Guid>(),
        .. window.Pictures.Where(picture => !HiddenJobs.Contains(picture.JobId)).Select(picture => picture.Id),
    ];

    protected override async Task OnInitializedAsync()
    {
        FirstJobs ??= await ReadJobsAsync();
        var me = await actor.GetAsync(CancellationToken.None);
        modelProblem = me.IsAdministrator || model.Problem is null ? model.Problem : T["ModelProblemOfMember"];
        live.Offer(Credits ??= await live.RefreshAsync(me, CancellationToken.None));
        creditsRead = live.Subscribe(OnCreditsRead);
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

    private async Task<JobView?> FindAsync(Guid id) =>
        await jobs.FindAsync(await actor.GetAsync(CancellationToken.None), id, CancellationToken.None);

    private bool Shows(Guid jobId) => runs.Exists(run => run.Job?.Id == jobId);

    // The job from the URL first, then the other queued or running ones, newest first.
    private async Task<IReadOnlyList<JobView>> ReadJobsAsync()
    {
        var active = (await jobs.ActiveAsync(await actor.GetAsync(CancellationToken.None), CancellationToken.None)).Reverse();
        var asked = JobId is { } id ? await FindAsync(id) : null;
        return asked is null ? [.. active] : [asked, .. active.Where(job => job.Id != asked.Id)];
    }

    private Task GenerateAsync(GenerateImages request) => MakeAsync(request.ToJob());

    private async Task MakeAsync(NewJob request)
    {
        refusal = null;
        KeepActive();
        var run = Run.Pending(request);
        runs.Insert(0, run);

        // The first submission may wait until the model is loaded; run it in the background so that the tiles appear at once.
        var person = await actor.GetAsync(CancellationToken.None);
        var queued = await Task.Run(() => handler.HandleAsync(request, person, CancellationToken.None));
        await CountCreditsAsync();
        if (!queued.TryGet(out var id, out refusal))
        {
            runs.Remove(run);
            return;
        }

        run.Job = await FindAsync(id);
        navigation.NavigateTo($"jobs/{id}");
    }

    protected override ValueTask DisposeCoreAsync()
    {
        creditsRead?.Dispose();
        return base.DisposeCoreAsync();
    }

    private void OnCreditsRead() => Post(() =>
    {
        Credits = live.Now;
        StateHasChanged();
    });

    // Credits for undelivered pictures have been refunded.
    private async Task CountCreditsAsync() => await live.RefreshAsync(await actor.GetAsync(CancellationToken.None), CancellationToken.None);

    private static uint? SeedFrom(string? text) => uint.TryParse(text, CultureInfo.InvariantCulture, out var seed) ? seed : null;

    private Task AgainAsync(Run run) => MakeAsync(run.Request with { IdempotencyKey = Guid.NewGuid().ToString() });

    // Removes finished runs; their pictures are in the gallery below.
    private void KeepActive() => runs.RemoveAll(run => run.IsOver);
}
