using Microsoft.AspNetCore.Components;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Web.Features.Queue;

/// <summary>The queue, refreshed every two seconds.</summary>
public sealed partial class QueuePage
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private QueueSight? sight;
    private string reason = "";
    private string? problem;
    private Guid? cancelling;
    private string cancelReason = "";

    [Inject]
    private QueueAdministration Administration { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    /// <summary>The queued jobs in their order; these can be moved.</summary>
    private List<Guid> Waiting => [.. sight!.Queue.Jobs.Where(job => job.State == JobState.Queued).Select(job => job.JobId)];

    private int Running => sight!.Queue.Jobs.Count - Waiting.Count;

    protected override Task OnInitializedAsync() => LookAsync();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            Every(Interval, Clock, LookAsync);
        }
    }

    private async Task LookAsync() => sight = await Administration.LookAsync(Gone);

    private async Task PauseAsync()
    {
        await ActAsync(Administration.PauseAsync(reason, Gone));
        reason = problem is null ? "" : reason;
    }

    private void AskWhy(Guid jobId) => (cancelling, cancelReason) = (jobId, "");

    private async Task CancelAsync()
    {
        await ActAsync(Administration.CancelAsync(cancelling!.Value, cancelReason, Gone));
        cancelling = problem is null ? null : cancelling;
    }

    private async Task ActAsync(Task<Result> act)
    {
        problem = (await act).Refusal?.Message;
        await LookAsync();
    }

    private string NameOf(Guid? personId) =>
        personId is { } id ? sight!.Names.GetValueOrDefault(id) ?? T["DeletedAccount"] : T["TheStudio"];
}
