using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web.Virtualization;
using Microsoft.JSInterop;
using PromptCanvas.Generation.Library;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Components.Gallery;

/// <summary>Renders the visible rows. New pictures appear at once when the wall is scrolled to the top; otherwise a button offers them, so that the layout does not shift.</summary>
public sealed partial class GalleryWall(GalleryWindow window, IJSRuntime js, TimeProvider clock)
{
    // About a screen above and below; more than the tallest row, whose first unit must not be dropped while the row is in sight.
    private const int OverscanUnits = 32;

    private Virtualize<FilledSlot>? rows;
    private ElementReference wall;
    private DotNetObjectReference<GalleryWall>? self;
    private IJSObjectReference? script;
    private WallLayout layout = WallLayout.Empty;
    private LibraryFilter? shownFilter;
    private TimeSpan offset;
    private float unit;
    private int columns;
    private int unitsPerRow = 1;
    private int shownVersion;
    private int fresh;
    private bool atTop = true;

    [Parameter, EditorRequired]
    public required LibraryFilter Filter { get; set; }

    /// <summary>The first pictures, shown until the wall is measured.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<PictureView> First { get; set; }

    [Parameter]
    public bool Selecting { get; set; }

    [Parameter]
    public PictureSelection Selection { get; set; } = new();

    [Parameter]
    public EventCallback<GalleryPick> OnPick { get; set; }

    /// <summary>The person selects a whole day: its first index and its number of pictures.</summary>
    [Parameter]
    public EventCallback<(int Start, int Count)> OnPickRange { get; set; }

    /// <summary>The number of pictures is known or has changed.</summary>
    [Parameter]
    public EventCallback<int> OnCounted { get; set; }

    /// <summary>Changes whenever pictures are added or removed.</summary>
    [Parameter]
    public int Version { get; set; }

    // Before the browser tells the reader's time zone, days are those of UTC.
    private IEnumerable<(DateOnly Day, IReadOnlyList<PictureView> Pictures)> FirstDays =>
        First.GroupBy(picture => DayTexts.DayOf(picture.CreatedAt, offset)).Select(day => (day.Key, (IReadOnlyList<PictureView>)[.. day]));

    /// <summary>Called by wall.js after measuring: pictures per row, units per row, the height of a unit in CSS pixels, and the reader's UTC offset in minutes.</summary>
    [JSInvokable]
    public async Task OnMeasured(int fitting, int perRow, float height, int minutesFromUtc)
    {
        if (fitting == columns && perRow == unitsPerRow && Math.Abs(height - unit) < 0.1f)
        {
            return;
        }

        (columns, unitsPerRow, unit, offset) = (fitting, perRow, height, TimeSpan.FromMinutes(minutesFromUtc));
        if (shownFilter is null)
        {
            await BeginAsync();
        }
        else
        {
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

            // New pictures at the end shift nothing.
            if (atTop || now <= window.Count || Filter.OldestFirst)
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
            var module = await js.ImportAsync("./js/wall.js", Gone);
            script = await module.OpenAsync("watch", [wall, self], Gone);
        }
    }

    private async Task BeginAsync()
    {
        (shownFilter, shownVersion, fresh) = (Filter, Version, 0);
        await window.PinAsync(Gone);
        await DrawAsync();
        await OnCounted.InvokeAsync(window.Count);
    }

    private async Task DrawAsync()
    {
        layout = new WallLayout(window.Times, columns, unitsPerRow, offset);
        if (rows is not null)
        {
            await rows.RefreshDataAsync();
        }

        StateHasChanged();
    }

    private async ValueTask<ItemsProviderResult<FilledSlot>> SlotsAsync(ItemsProviderRequest request)
    {
        var shown = layout;
        var slots = shown.Range(request.StartIndex, request.Count);
        var pictured = slots.Select(slot => slot.Item).OfType<WallItem>().Where(item => item.Day is null).ToList();
        var start = pictured.Count > 0 ? pictured[0].Start : 0;
        var pictures = pictured.Count > 0
            ? await window.ReadRangeAsync(start, pictured[^1].Start + pictured[^1].Count - start, request.CancellationToken)
            : [];
        return new(
            [.. slots.Select(slot => new FilledSlot(slot, slot.Item is { Day: null } row ? [.. pictures.Skip(row.Start - start).Take(row.Count)] : []))],
            shown.Units);
    }

    private string DayName(DateOnly day) => T.Day(day, DayTexts.DayOf(clock.GetUtcNow(), offset));

    private async Task JumpAsync(int to)
    {
        if (script is not null)
        {
            await script.InvokeVoidAsync("jump", Gone, to);
        }
    }

    private async Task ToTopAsync()
    {
        await BeginAsync();
        await JumpAsync(0);
    }

    /// <summary>A slot with the pictures of the row that begins there.</summary>
    private sealed record FilledSlot(WallSlot Slot, IReadOnlyList<PictureView> Pictures);
}
