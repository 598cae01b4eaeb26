using System.Text.Json;
using Microsoft.AspNetCore.Components;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Web.Components.Gallery;

/// <summary>Finished pictures, newest first. Grows at the end by scrolling and at the top by newly finished pictures.</summary>
public sealed partial class GalleryGrid(GalleryWindow window, IJobFeed feed)
{
    private IReadOnlyList<PictureView> shown = [];
    private IDisposable? subscription;
    private IDisposable? windowChanges;
    private readonly PictureSelection selection = new();
    private bool selecting;
    private int? count;
    private bool refreshing;
    private bool changed;
    private int version;

    [Parameter]
    public string? Title { get; set; }

    [Parameter]
    public LibraryFilter Filter { get; set; } = LibraryFilter.Everything;

    /// <summary>Whether several pictures can be selected for batch actions.</summary>
    [Parameter]
    public bool Selectable { get; set; }

    /// <summary>Whether to show the full-length virtualized wall, which renders only the visible rows.</summary>
    [Parameter]
    public bool Wall { get; set; }

    /// <summary>Content next to the number of pictures.</summary>
    [Parameter]
    public RenderFragment? Tools { get; set; }

    /// <summary>Jobs whose pictures the page shows elsewhere.</summary>
    [Parameter]
    public IReadOnlySet<Guid> HiddenJobs { get; set; } = new HashSet<Guid>();

    /// <summary>Whether there are no pictures.</summary>
    [Parameter]
    public bool IsEmpty { get; set; }

    [Parameter]
    public EventCallback<bool> IsEmptyChanged { get; set; }

    /// <summary>The first page of pictures, passed from prerendering to the interactive page.</summary>
    [PersistentState]
    public PicturePage? FirstPage { get; set; }

    /// <summary>The selected pictures, passed to the node that the page moves to; null = nothing is being selected, or too many pictures are.</summary>
    [PersistentState]
    public IReadOnlyList<Guid>? Kept { get; set; }

    private string? KeptText => Kept is null ? null : JsonSerializer.Serialize(Kept);

    private bool InTrash => Filter.GalleryView == GalleryView.Trash;

    private string? CountText =>
        Filter.IsByLikeness ? T["PicturesClosest", shown.Count].Value
        : count switch { null => null, 1 => T["PicturesOne"].Value, var number => T["Pictures", number].Value };

    protected override ValueTask DisposeCoreAsync()
    {
        subscription?.Dispose();
        windowChanges?.Dispose();
        return base.DisposeCoreAsync();
    }

    protected override async Task OnInitializedAsync()
    {
        window.LookAt(Filter);
        if (window.IsLoaded)
        {
            await window.RefreshAsync(Gone);
        }
        else
        {
            var page = FirstPage ?? await window.ReadFirstAsync(Gone);
            FirstPage ??= PersistedState.IfSmall(page);
            window.Start(page);
        }

        if (Kept is { } kept)
        {
            await SelectAgainAsync(kept);
        }

        await TellEmptyAsync();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (window.Filter != Filter)
        {
            window.LookAt(Filter);
            window.Start(await window.ReadFirstAsync(Gone));
            await TellEmptyAsync();
        }

        Choose();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            subscription = feed.Subscribe(null, OnJobChanged);
            windowChanges = window.Subscribe(OnWindowChanged);
        }
    }

    private async Task PickAsync(GalleryPick pick)
    {
        if (pick.AsRange && selection.HasAnchor)
        {
            selection.Extend(await window.KeysAsync(Gone), pick.Id);
        }
        else
        {
            selection.Toggle(pick.Id);
        }

        Keep();
    }

    private async Task PickRangeAsync((int Start, int Count) range)
    {
        selection.Add((await window.KeysAsync(Gone)).Skip(range.Start).Take(range.Count));
        Keep();
    }

    private async Task SelectAllAsync()
    {
        selection.Add(await window.KeysAsync(Gone));
        Keep();
    }

    private void BeginSelecting()
    {
        selecting = true;
        Keep();
    }

    private void EndSelecting()
    {
        selecting = false;
        selection.Clear();
        Keep();
    }

    // On another node, which has not read whose pictures they are.
    private async Task SelectAgainAsync(IReadOnlyList<Guid> kept)
    {
        var order = (await window.KeysAsync(Gone)).ToHashSet();
        selecting = true;
        selection.Add(kept.Where(order.Contains));
        Keep();
    }

    private async Task RestoreAsync(ChangeEventArgs change)
    {
        if (change.Value is string { Length: > 0 } kept)
        {
            await SelectAgainAsync(JsonSerializer.Deserialize<Guid[]>(kept) ?? []);
        }
    }

    private void Keep() => Kept = selecting ? PersistedState.IfSmall<Guid[]>([.. selection.Ids]) : null;

    private void TakeCount(int counted) => count = counted;

    // Called after pictures were moved to the trash or restored.
    private async Task ChangedAsync()
    {
        window.Start(await window.ReadFirstAsync(Gone));
        selection.Clear();
        Keep();
        version++;
        Choose();
        await TellEmptyAsync();
        StateHasChanged();
    }

    private void Choose() => shown = [.. window.Pictures.Where(picture => !HiddenJobs.Contains(picture.JobId))];

    private void OnWindowChanged() => Post(ChangedAsync);

    private void OnJobChanged(JobChanged change)
    {
        if (change.CompletedImages > 0)
        {
            Post(RefreshAsync);
        }
    }

    // Coalesces changes: changes during a refresh cause exactly one more refresh.
    private async Task RefreshAsync()
    {
        changed = true;
        if (refreshing)
        {
            return;
        }

        refreshing = true;
        while (changed)
        {
            changed = false;
            await window.RefreshAsync(Gone);
        }

        refreshing = false;
        version++;
        Choose();
        await TellEmptyAsync();
        StateHasChanged();
    }

    private async Task LoadMoreAsync()
    {
        await window.LoadMoreAsync(Gone);
        Choose();
    }

    private async Task TellEmptyAsync()
    {
        var isEmpty = window.Pictures.Count == 0;
        if (isEmpty != IsEmpty)
        {
            await IsEmptyChanged.InvokeAsync(isEmpty);
        }
    }
}
