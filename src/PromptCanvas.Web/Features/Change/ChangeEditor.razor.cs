using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Instant;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Components.Pictures;
using PromptCanvas.Web.Components.Runs;

namespace PromptCanvas.Web.Features.Change;

/// <summary>Changes a picture from one caption to another: one job renders a row of frames, a slider shows them, and the person chooses which frames to keep.</summary>
public sealed partial class ChangeEditor(
    PersonRuns runs, PictureVerbs verbs, IPictureProvenance provenance, NavigationManager navigation, IJSRuntime js)
{
    private readonly HashSet<Guid> dropped = [];
    private List<Guid> trashed = [];
    private ElementReference stage;
    private IJSObjectReference? walk;
    private IDisposable? creditsRead;
    private Run? run;
    private string from = "";
    private string to = "";
    private int frames = TextDifferenceOperation.DefaultFrames;
    private int size = 1024;
    private int walked;
    private string? problem;
    private bool busy;

    [Parameter, EditorRequired]
    public required ChangeSource Source { get; set; }

    /// <summary>The job that the URL names; it belongs to this picture and may be running or over.</summary>
    [Parameter]
    public Guid? JobId { get; set; }

    // The frames are available once the whole row is finished.
    private List<Guid> Frames => run is { IsOver: true, Job: { } job }
        ? [.. job.Images.Select(picture => picture.ImageId).OfType<Guid>().Where(id => !trashed.Contains(id))]
        : [];

    protected override async Task OnInitializedAsync()
    {
        creditsRead = runs.Credits.Subscribe(OnCreditsRead);
        (from, size) = (Source.Prompt, SourceSize.Like(Source.Side));
        var person = await verbs.PersonAsync(Gone);
        await runs.CountCreditsAsync(Gone);
        if (JobId is { } id && await runs.FindAsync(id, Gone) is { } job)
        {
            run = Run.Of(job);
            await ReadCaptionsAsync(person);
        }
    }

    // The captions are stored with the frames.
    private async Task ReadCaptionsAsync(Actor person)
    {
        var frame = run?.Job?.Images.Select(picture => picture.ImageId).OfType<Guid>().FirstOrDefault() ?? Guid.Empty;
        if (frame != Guid.Empty && (await provenance.FindAsync(person, frame, Gone))?.Recipe is { From: { } before, To: { } after })
        {
            (from, to) = (before, after);
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            var module = await js.ImportAsync("./js/change/walk.js", Gone);
            walk = await module.OpenAsync("open", [stage], Gone);
        }

        if (walk is not null && walked != Frames.Count)
        {
            walked = Frames.Count;
            await walk.InvokeVoidAsync("update", Gone);
        }
    }

    protected override async ValueTask DisposeCoreAsync()
    {
        creditsRead?.Dispose();
        await walk.EndAsync();
        await base.DisposeCoreAsync();
    }

    private async Task MakeAsync()
    {
        problem = string.IsNullOrWhiteSpace(to) ? T["ChangeNoTo"].Value : string.IsNullOrWhiteSpace(from) ? T["ChangeNoFrom"].Value : null;
        if (problem is not null || busy)
        {
            return;
        }

        busy = true;
        var job = new NewJob
        {
            IdempotencyKey = Guid.NewGuid().ToString(),
            Operation = new TextDifferenceOperation(Source.Id, from.Trim(), to.Trim(), frames),
            Size = size,
        };
        if ((await runs.StartAsync(job, Gone)).TryGet(out var id, out var refusal))
        {
            dropped.Clear();
            trashed = [];
            run = await runs.FindAsync(id, Gone) is { } made ? Run.Of(made) : null;
            navigation.NavigateTo(navigation.GetUriWithQueryParameter("job", id), replace: true);
        }

        (busy, problem) = (false, refusal?.Message);
    }

    private async Task OverAsync(Run over) => await runs.CountCreditsAsync(Gone);

    private QuotaView? Credits => runs.Credits.Now;

    private void OnCreditsRead() => Post(StateHasChanged);

    private void Toggle(Guid frame)
    {
        if (!dropped.Remove(frame))
        {
            dropped.Add(frame);
        }
    }

    private async Task TrashAsync()
    {
        var going = dropped.ToList();
        await verbs.DeleteAsync(going, Gone);
        trashed = going;
        dropped.Clear();
    }

    private async Task RestoreAsync()
    {
        await verbs.RestoreAsync(trashed, Gone);
        trashed = [];
    }
}
