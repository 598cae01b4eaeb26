using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Components.Runs;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Components.Layout;

/// <summary>Follows the person's jobs on every page and notifies when one ends.</summary>
public sealed partial class QueueChip(PersonRuns runs, IJobFeed feed, ICurrentActor actor, IJSRuntime js)
{
    private IDisposable? subscription;
    private IDisposable? creditsRead;
    private IJSObjectReference? notices;
    private Actor? person;

    /// <summary>State passed from prerendering to the interactive page.</summary>
    [PersistentState]
    public IReadOnlyList<JobView>? Known { get; set; }

    [PersistentState]
    public QuotaView? Credits { get; set; }

    private IReadOnlyList<JobView> Active => Known ?? [];

    private int Pictures => Active.Sum(job => job.Images.Count);

    private int Done => Active.Sum(job => job.Images.Count(picture => picture.State == JobPictureState.Done));

    protected override async ValueTask DisposeCoreAsync()
    {
        subscription?.Dispose();
        creditsRead?.Dispose();
        await notices.EndAsync(end: null);

        await base.DisposeCoreAsync();
    }

    protected override async Task OnInitializedAsync()
    {
        try
        {
            person = await actor.FindAsync(Gone);
            if (person is not null)
            {
                await ReadAsync();
            }
        }
        catch (Exception fault) when (Database.Describe(fault) is not null)
        {
            // The page reports the fault itself.
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender || person is null)
        {
            return;
        }

        notices = await js.ImportAsync("./js/notices.js", Gone);
        subscription = feed.Subscribe(null, OnChanged);
        creditsRead = runs.Credits.Subscribe(OnCreditsRead);
    }

    private void OnCreditsRead() => Post(() =>
    {
        Credits = runs.Credits.Now;
        StateHasChanged();
    });

    // Ignore other people's jobs, except new ones: their owner is not known yet.
    private void OnChanged(JobChanged change)
    {
        if (change.State == JobState.Queued || Active.Any(job => job.Id == change.JobId))
        {
            Post(RefreshAsync);
        }
    }

    private async Task RefreshAsync()
    {
        var before = Active;
        await ReadAsync();
        StateHasChanged();
        foreach (var job in before.Where(job => Active.All(other => other.Id != job.Id)))
        {
            if (notices is not null && await runs.FindAsync(job.Id, Gone) is { } ended && WordsOf(ended) is { } words)
            {
                await notices.InvokeVoidAsync("jobEnded", Gone, ended.State == JobState.Done, words);
            }
        }
    }

    private async Task ReadAsync()
    {
        Known = await runs.ActiveAsync(Gone);
        Credits = await runs.CountCreditsAsync(Gone);
    }

    private string? WordsOf(JobView job) => job.State switch
    {
        JobState.Done => T["NoticeDone"].Value,
        JobState.Failed => T["NoticeFailed"].Value,
        JobState.Rejected => T["NoticeRefused"].Value,
        _ => null,
    };
}
