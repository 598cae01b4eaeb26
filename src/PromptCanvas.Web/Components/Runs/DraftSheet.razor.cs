using System.Globalization;
using Microsoft.AspNetCore.Components;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Components.Runs;

/// <summary>Drafts to choose from. None chosen means all.</summary>
public sealed partial class DraftSheet
{
    private readonly HashSet<Guid> chosen = [];
    private bool busy;

    [Parameter, EditorRequired]
    public required JobView Job { get; set; }

    /// <summary>Called with the request that finishes the chosen drafts.</summary>
    [Parameter]
    public EventCallback<NewJob> OnFinish { get; set; }

    private string Title => T.Title(Job.Caption, Job.Kind);

    private List<Guid> Open => [.. Job.Images.Where(picture => picture.Draft == DraftState.Open).Select(picture => picture.ImageId!.Value)];

    private List<Guid> Chosen => [.. Open.Where(id => chosen.Count == 0 || chosen.Contains(id))];

    private decimal Cost => Chosen.Count * Job.FinishCost;

    private string Price => Cost == 1 ? T["CostOne"] : T["Cost", Cost.ToString("0.##", CultureInfo.CurrentCulture)];

    private string Label => Chosen.Count == 1 ? T["FinishOne", Price]
        : Chosen.Count == Open.Count ? T["FinishAll", Open.Count, Price]
        : T["FinishThese", Chosen.Count, Price];

    private void Toggle(Guid id)
    {
        if (!chosen.Remove(id))
        {
            chosen.Add(id);
        }
    }

    private async Task FinishAsync()
    {
        busy = true;
        var drafts = Chosen;
        chosen.Clear();
        await OnFinish.InvokeAsync(new NewJob { IdempotencyKey = Guid.NewGuid().ToString(), Operation = new FinishOperation(drafts), Count = drafts.Count });
        busy = false;
    }

    private string? Note(JobPictureView picture) => picture switch
    {
        { Draft: DraftState.Finishing } => T["DraftFinishing"],
        { Draft: DraftState.Expired } => T["DraftExpired"],
        { State: JobPictureState.Failed } => T.Say(picture.Error) ?? T["TileFailed"],
        { State: JobPictureState.Rejected } => T.Say(picture.Error) ?? T["TileRefused"],
        { State: JobPictureState.Cancelled } => T["TileStopped"],
        _ => null,
    };
}
