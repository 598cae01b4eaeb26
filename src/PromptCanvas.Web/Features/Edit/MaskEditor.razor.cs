using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.JSInterop;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Components.Pictures;
using PromptCanvas.Web.Components.Runs;

namespace PromptCanvas.Web.Features.Edit;

/// <summary>Edits one picture: canvas, tools, operation and results.</summary>
public sealed partial class MaskEditor(
    PersonRuns runs, PictureVerbs verbs, AntiforgeryStateProvider antiforgery, NavigationManager navigation, IJSRuntime js)
{
    private const int Percent = 100;
    private ElementReference stage;
    private DotNetObjectReference<MaskEditor>? self;
    private IJSObjectReference? canvas;
    private CanvasState state = CanvasState.Initial;
    private EditIntent intent;
    private string prompt = "";
    private int count = 4;
    private int opacity = 60;
    private int picked = -1;
    private bool comparing;
    private int feather;
    private StyleChoice? style;
    private bool busy;
    private string? note;
    private List<Guid> trashed = [];
    private string? problem;
    private Run? run;
    private EditPicture? last;
    private IDisposable? creditsRead;

    [Parameter, EditorRequired]
    public required EditSource Source { get; set; }

    /// <summary>The job that the URL names; it belongs to this picture and may be running or over.</summary>
    [Parameter]
    public Guid? JobId { get; set; }

    private List<Guid> Finished => [.. run?.Job?.Images.Where(picture => picture.ImageId is not null).Select(picture => picture.ImageId!.Value) ?? []];

    private (string Side, string Name, int Pixels)[] Sides =>
    [
        ("left", T["EditLeft"], state.Left),
        ("right", T["EditRight"], state.Right),
        ("up", T["EditUp"], state.Up),
        ("down", T["EditDown"], state.Down),
    ];

    /// <summary>Called by the canvas whenever the mask, the frame or the tool has changed.</summary>
    [JSInvokable]
    public void OnCanvasChanged(CanvasState changed)
    {
        state = changed;
        StateHasChanged();
    }

    /// <summary>Called by the canvas when it has used an uploaded picture as its mask.</summary>
    [JSInvokable]
    public async Task OnMaskTaken()
    {
        await (intent == EditIntent.Extend ? IntendAsync(EditIntent.Edit) : DiscardAsync());
        (note, trashed, problem) = (T["EditMaskTaken"], [], null);
        StateHasChanged();
    }

    protected override async Task OnInitializedAsync()
    {
        prompt = Source.Suggestion ?? "";
        creditsRead = runs.Credits.Subscribe(OnCreditsRead);
        await runs.CountCreditsAsync(Gone);
        if (JobId is { } id && await FindAsync(id) is { } job)
        {
            run = Run.Of(job);
            intent = job.Kind == JobKinds.Erase ? EditIntent.Erase : intent;
            await FollowAsync();
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        self = DotNetObjectReference.Create(this);
        try
        {
            var module = await js.ImportAsync("./js/edit/edit-canvas.js", Gone);
            canvas = await module.OpenAsync("open", [stage, Source.Address, Source.Id, self], Gone);
            await FollowAsync();
        }
        catch (JSException)
        {
            problem = T["EditUnreadable"];
        }

        StateHasChanged();
    }

    protected override async ValueTask DisposeCoreAsync()
    {
        creditsRead?.Dispose();
        await canvas.EndAsync();
        self?.Dispose();
        await base.DisposeCoreAsync();
    }

    private (string Name, string Hint) Words(EditIntent of) => of switch
    {
        EditIntent.Edit => (T["EditReplace"], T["EditReplaceHint"]),
        EditIntent.Erase => (T["EditErase"], T["EditEraseHint"]),
        _ => (T["EditExtend"], T["EditExtendHint"]),
    };

    private QuotaView? Credits => runs.Credits.Now;

    private void OnCreditsRead() => Post(StateHasChanged);

    private Task<JobView?> FindAsync(Guid id) => runs.FindAsync(id, Gone);

    private async Task CallAsync(string method, params object?[] arguments)
    {
        if (canvas is not null)
        {
            await canvas.InvokeVoidAsync(method, Gone, arguments);
        }
    }

    private async Task IntendAsync(EditIntent chosen)
    {
        intent = chosen;
        problem = null;
        await DiscardAsync();
        await CallAsync("setIntent", intent.ToString().ToLowerInvariant());
    }

    private Task UseAsync(string tool) => CallAsync("setTool", tool);

    private Task ActAsync(string act) => CallAsync(act);

    private Task ExtendAsync(string side, string? pixels) =>
        CallAsync("extend", side, int.TryParse(pixels, CultureInfo.InvariantCulture, out var number) ? number : 0);

    private Task SizeAsync(string? size) =>
        int.TryParse(size, CultureInfo.InvariantCulture, out var number) ? CallAsync("setSize", number) : Task.CompletedTask;

    private Task OpacityAsync(string? percent)
    {
        opacity = int.TryParse(percent, CultureInfo.InvariantCulture, out var number) ? number : opacity;
        return CallAsync("setOpacity", (double)opacity / Percent);
    }

    private async Task MakeAsync()
    {
        problem = Missing();
        if (problem is not null || canvas is null)
        {
            return;
        }

        busy = true;
        Guid? mask = null;
        if (intent != EditIntent.Extend)
        {
            var token = antiforgery.GetAntiforgeryToken()?.Value;
            var upload = await canvas.InvokeAsync<UploadAnswer>("uploadMask", Gone, token);
            (mask, problem) = (upload.Id, upload.Error);
        }

        if (problem is null)
        {
            await SubmitAsync(new EditPicture(Guid.NewGuid().ToString(), intent, Source.Id)
            {
                Prompt = intent == EditIntent.Erase ? "" : prompt,
                Mask = mask,
                Extension = state.Frame,
                Count = count,
                Feather = intent == EditIntent.Edit ? feather : 0,
                Style = style,
            });
        }

        busy = false;
    }

    // Checks for the server's refusals before anything is sent.
    private string? Missing() => intent switch
    {
        EditIntent.Extend when !state.IsExtended => T["EditNoFrame"].Value,
        EditIntent.Edit or EditIntent.Erase when !state.HasMask => T["EditNoMask"].Value,
        EditIntent.Edit when string.IsNullOrWhiteSpace(prompt) => T["EditNoPrompt"].Value,
        _ => null,
    };

    private async Task SubmitAsync(EditPicture request)
    {
        (note, trashed) = (null, []);
        await DiscardAsync();
        if (!(await runs.StartAsync(request.ToJob(), Gone)).TryGet(out var id, out var refusal))
        {
            problem = refusal.Message;
            return;
        }

        last = request;
        run = await FindAsync(id) is { } job ? Run.Of(job) : null;
        await FollowAsync();
        navigation.NavigateTo(navigation.GetUriWithQueryParameter("job", id), replace: true);
    }

    // Repeats with other seeds.
    private Task AgainAsync(Run again) => last is null ? MakeAsync() : SubmitAsync(last with { IdempotencyKey = Guid.NewGuid().ToString() });

    // The previews appear on the canvas in place of the result. Called after both the run and the canvas, because either may be ready last.
    private Task FollowAsync() => run is { IsOver: false, Job: { } job } ? CallAsync("follow", job.Id) : Task.CompletedTask;

    private async Task OverAsync(Run over)
    {
        await CallAsync("unfollow");
        await runs.CountCreditsAsync(Gone);
        if (picked < 0 && Finished.Count > 0)
        {
            await ShowAsync(0);
        }
    }

    private Task PickAsync(Guid imageId) => ShowAsync(Finished.IndexOf(imageId));

    private Task WalkAsync(int by) => ShowAsync((picked + by + Finished.Count) % Finished.Count);

    private async Task ShowAsync(int index)
    {
        if (index < 0)
        {
            return;
        }

        picked = index;
        await CallAsync("show", PictureAddress.Content(Finished[index]));
        StateHasChanged();
    }

    private async Task CompareAsync(bool original)
    {
        comparing = original;
        await CallAsync("compare", original);
    }

    private async Task DiscardAsync()
    {
        picked = -1;
        await CallAsync("show", (string?)null);
    }

    private Task RetryAsync() => run is null ? MakeAsync() : AgainAsync(run);

    // The results are in the gallery already.
    private async Task KeepAllAsync()
    {
        (note, trashed) = (T["EditKeptAll", Finished.Count], []);
        await DiscardAsync();
    }

    private async Task TrashAsync()
    {
        var going = Finished;
        await verbs.DeleteAsync(going, Gone);
        (note, trashed) = (T["EditDiscarded", going.Count], going);
        await DiscardAsync();
        run = null;
    }

    private async Task RestoreAsync()
    {
        await verbs.RestoreAsync(trashed, Gone);
        (note, trashed) = (null, []);
        if (JobId is { } id && await FindAsync(id) is { } job)
        {
            run = Run.Of(job);
            await OverAsync(run);
        }
    }

    // The chosen result becomes the next source; the others stay in the gallery.
    private async Task Accept()
    {
        var chosen = Finished[picked];
        await CallAsync("forget");
        navigation.NavigateTo($"edit?image={chosen}");
    }
}
