using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Components.Runs;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Features.Create;

/// <summary>The person's finished runs, newest first. Grows at the end by scrolling and at the top by runs that finish.</summary>
public sealed partial class RunHistory(PersonRuns runs, IJobFeed feed, TimeProvider clock, IJSRuntime js)
{
    private const int PageSize = 12;

    private readonly List<JobView> loaded = [];
    private IDisposable? subscription;
    private string? next;
    private TimeSpan offset;
    private bool refreshing;
    private bool changed;

    /// <summary>Jobs that the page shows elsewhere.</summary>
    [Parameter]
    public IReadOnlySet<Guid> HiddenJobs { get; set; } = new HashSet<Guid>();

    /// <summary>The person makes the pictures of a run again.</summary>
    [Parameter]
    public EventCallback<JobView> OnAgain { get; set; }

    /// <summary>The person finishes drafts of a run.</summary>
    [Parameter]
    public EventCallback<NewJob> OnFinish { get; set; }

    /// <summary>The runs that are shown have changed.</summary>
    [Parameter]
    public EventCallback<IReadOnlyList<JobView>> OnRead { get; set; }

    /// <summary>The first runs, passed from prerendering to the interactive page.</summary>
    [PersistentState]
    public JobPage? FirstPage { get; set; }

    private IEnumerable<IGrouping<DateOnly, JobView>> Days =>
        loaded.Where(job => !HiddenJobs.Contains(job.Id)).GroupBy(job => DayTexts.DayOf(job.CreatedAt, offset));

    protected override ValueTask DisposeCoreAsync()
    {
        subscription?.Dispose();
        return base.DisposeCoreAsync();
    }

    protected override async Task OnInitializedAsync()
    {
        var page = FirstPage ?? await runs.HistoryAsync(null, PageSize, Gone);
        FirstPage ??= PersistedState.IfSmall(page);
        await TakeAsync(page);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        subscription = feed.Subscribe(null, OnJobChanged);
        var module = await js.ImportAsync("./js/studio.js", Gone);
        offset = TimeSpan.FromMinutes(await module.InvokeAsync<int>("minutesFromUtc", Gone));
        StateHasChanged();
    }

    private string DayName(DateOnly day) => T.Day(day, DayTexts.DayOf(clock.GetUtcNow(), offset));

    private void OnJobChanged(JobChanged change)
    {
        if (change.State is not (JobState.Queued or JobState.Running))
        {
            Post(RefreshAsync);
        }
    }

    /// <summary>Reads the runs that are shown again. Changes during a refresh cause exactly one more refresh.</summary>
    public async Task RefreshAsync()
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
            await TakeAsync(await runs.HistoryAsync(null, Math.Clamp(loaded.Count, PageSize, IJobQueries.MostOfHistory), Gone));
        }

        refreshing = false;
        StateHasChanged();
    }

    private Task TakeAsync(JobPage page)
    {
        loaded.Clear();
        return AddAsync(page);
    }

    private Task AddAsync(JobPage page)
    {
        loaded.AddRange(page.Jobs);
        next = page.Next;
        return OnRead.InvokeAsync(loaded);
    }

    private async Task LoadMoreAsync()
    {
        if (next is { } after)
        {
            next = null;
            await AddAsync(await runs.HistoryAsync(after, PageSize, Gone));
        }
    }
}
