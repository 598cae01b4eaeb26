using Microsoft.AspNetCore.Components;

using PromptCanvas.Generation.Jobs;

namespace PromptCanvas.Web.Features.Gallery;

/// <summary>Finished pictures, newest first, growing at both ends: by scrolling and by what gets done meanwhile.</summary>
public sealed partial class GalleryGrid(GalleryWindow window, IJobFeed feed) : IDisposable
{
    private readonly CancellationTokenSource gone = new();
    private IDisposable? subscription;
    private bool refreshing;

    [Parameter]
    public string? Title { get; set; }

    /// <summary>Jobs whose pictures the page shows elsewhere.</summary>
    [Parameter]
    public IReadOnlySet<Guid> HiddenJobs { get; set; } = new HashSet<Guid>();

    /// <summary>Whether there is no picture at all.</summary>
    [Parameter]
    public bool IsEmpty { get; set; }

    [Parameter]
    public EventCallback<bool> IsEmptyChanged { get; set; }

    /// <summary>The first page, handed from the prerendered page to the live one.</summary>
    [PersistentState]
    public GalleryPage? FirstPage { get; set; }

    private IReadOnlyList<PictureView> shown = [];

    public void Dispose()
    {
        subscription?.Dispose();
        gone.Cancel();
        gone.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        if (window.IsLoaded)
        {
            await window.RefreshAsync(gone.Token);
        }
        else
        {
            FirstPage ??= await window.ReadFirstAsync(gone.Token);
            window.Start(FirstPage);
        }

        await TellEmptyAsync();
    }

    protected override void OnParametersSet() => Choose();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            subscription = feed.Subscribe(null, change => _ = change.CompletedImages > 0 ? InvokeAsync(RefreshAsync) : Task.CompletedTask);
        }
    }

    private void Choose() => shown = [.. window.Pictures.Where(picture => !HiddenJobs.Contains(picture.JobId))];

    private async Task RefreshAsync()
    {
        if (refreshing || gone.IsCancellationRequested)
        {
            return;
        }

        refreshing = true;
        await window.RefreshAsync(gone.Token);
        refreshing = false;
        Choose();
        await TellEmptyAsync();
        StateHasChanged();
    }

    private async Task LoadMoreAsync()
    {
        await window.LoadMoreAsync(gone.Token);
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
