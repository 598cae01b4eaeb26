using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web.Virtualization;
using Microsoft.JSInterop;
using PromptCanvas.Generation.Library;

namespace PromptCanvas.Web.Components.Gallery;

/// <summary>Renders the visible rows. New pictures appear at once when the wall is scrolled to the top; otherwise a button offers them, so that the layout does not shift.</summary>
public sealed partial class GalleryWall(GalleryWindow window, IJSRuntime js)
{
    // About two screens above and below.
    private const int OverscanRows = 8;

    private Virtualize<GalleryRow>? rows;
    private ElementReference wall;
    private DotNetObjectReference<GalleryWall>? self;
    private IJSObjectReference? script;
    private IReadOnlyList<GalleryMonth> months = [];
    private LibraryFilter? shownFilter;
    private TimeSpan offset;
    private float rowHeight;
    private int columns;
    private int shownVersion;
    private int fresh;
    private bool atTop = true;

    [Parameter, EditorRequired]
    public required LibraryFilter Filter { get; set; }

    /// <summary>The newest pictures, shown until the wall is measured.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<PictureView> First { get; set; }

    [Parameter]
    public bool Selecting { get; set; }

    [Parameter]
    public IReadOnlyList<Guid> Selected { get; set; } = [];

    [Parameter]
    public EventCallback<Guid> OnPick { get; set; }

    /// <summary>Changes whenever pictures are added or removed.</summary>
    [Parameter]
    public int Version { get; set; }

    /// <summary>Called by wall.js after measuring: pictures per row, row height including the gap in CSS pixels, and the reader's UTC offset in minutes.</summary>
    [JSInvokable]
    public async Task OnMeasured(int fitting, float height, int minutesFromUtc)
    {
        if (fitting == columns && Math.Abs(height - rowHeight) < 0.5f)
        {
            return;
        }

        (columns, rowHeight, offset) = (fitting, height, TimeSpan.FromMinutes(minutesFromUtc));
        if (shownFilter is null)
        {
            await BeginAsync();
        }
        else
        {
            Months();
            await DrawAsync();
        }
    }

    /// <summary>Called by wall.js when the wall is scrolled away from the top, or back to it.</summary>
    [JSInvokable]
    public async Task OnAtTop(bool isAtTop)
    {
        atTop = isAtTop;
        if (atTop && fresh > 0)
        {
            await BeginAsync();
        }
    }

    protected override async ValueTask DisposeCoreAsync()
    {
        await script.EndAsync();
        self?.Dispose();
        await base.DisposeCoreAsync();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (columns == 0)
        {
            shownVersion = Version;
        }
        else if (shownFilter != Filter)
        {
            await BeginAsync();
        }
        else if (shownVersion != Version)
        {
            shownVersion = Version;
            var now = await window.CountAsync(Gone);
            if (atTop || now <= window.Count)
            {
                await BeginAsync();
            }
            else
            {
                fresh = now - window.Count;
            }
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            self = DotNetObjectReference.Create(this);
            var module = await js.InvokeAsync<IJSObjectReference>("import", Gone, "./js/wall.js");
            script = await module.InvokeAsync<IJSObjectReference>("watch", Gone, wall, self);
        }
    }

    private async Task BeginAsync()
    {
        (shownFilter, shownVersion, fresh) = (Filter, Version, 0);
        await window.PinAsync(Gone);
        Months();
        await DrawAsync();
    }

    private void Months()
    {
        var found = new List<GalleryMonth>();
        for (var place = 0; place < window.Times.Count; place++)
        {
            var day = window.Times[place].ToOffset(offset);
            var start = new DateOnly(day.Year, day.Month, 1);
            if (found.Count == 0 || found[^1].Start != start)
            {
                found.Add(new GalleryMonth(start, place, found.Count == 0 || found[^1].Start.Year != start.Year));
            }
        }

        months = found;
    }

    private async Task DrawAsync()
    {
        if (rows is not null)
        {
            await rows.RefreshDataAsync();
        }

        StateHasChanged();
    }

    private async ValueTask<ItemsProviderResult<GalleryRow>> RowsAsync(ItemsProviderRequest request)
    {
        var total = (window.Count + columns - 1) / columns;
        var pictures = await window.ReadRangeAsync(request.StartIndex * columns, request.Count * columns, request.CancellationToken);
        return new([.. pictures.Chunk(columns).Select((row, index) => new GalleryRow(request.StartIndex + index, row))], total);
    }

    private async Task JumpAsync(int place)
    {
        if (script is not null)
        {
            await script.InvokeVoidAsync("jump", Gone, place / columns);
        }
    }

    private async Task ToTopAsync()
    {
        await BeginAsync();
        await JumpAsync(0);
    }

    /// <summary>One row of the wall.</summary>
    private sealed record GalleryRow(int Place, IReadOnlyList<PictureView> Pictures);

    /// <summary>A month with pictures, and the index of its newest picture.</summary>
    private sealed record GalleryMonth(DateOnly Start, int Place, bool BeginsYear);
}
