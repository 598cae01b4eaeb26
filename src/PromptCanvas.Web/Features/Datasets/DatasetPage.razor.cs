using Microsoft.AspNetCore.Components;
using PromptCanvas.Data.Series;
using PromptCanvas.Generation.Datasets;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Datasets;

/// <summary>A data set's progress, then its download.</summary>
public sealed partial class DatasetPage
{
    private Lookup<DatasetDetail> lookup;
    private string? problem;
    private bool hasWebDataset;
    private bool hasCoco;

    [Parameter]
    public Guid DatasetId { get; set; }

    [Inject]
    private IDatasets Datasets { get; set; } = null!;

    [Inject]
    private ICurrentActor Actor { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private DatasetDetail? Detail => lookup.Value;

    private bool IsRunning => Detail?.Dataset.State == SeriesState.Running;

    private string Address =>
        $"api/datasets/{DatasetId}/content?format={DatasetFormats.ImageFolder}"
        + (hasWebDataset ? $"&format={DatasetFormats.WebDataset}" : "")
        + (hasCoco ? $"&format={DatasetFormats.Coco}" : "");

    protected override async Task OnParametersSetAsync()
    {
        if (Detail?.Dataset.Id != DatasetId)
        {
            lookup = default;
            await LookAsync();
        }
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            Every(DatasetsPage.Interval, Clock, () => IsRunning ? LookAsync() : Task.CompletedTask);
        }
    }

    private async Task LookAsync() =>
        lookup = Lookup.Of((await Datasets.FindAsync(await Actor.GetAsync(Gone), DatasetId, Gone)).TryGet(out var found, out _) ? found : null);

    private async Task StopAsync()
    {
        problem = (await Datasets.CancelAsync(await Actor.GetAsync(Gone), DatasetId, Gone)).Refusal?.Message;
        await LookAsync();
    }

    private async Task DeleteAsync()
    {
        problem = (await Datasets.DeleteAsync(await Actor.GetAsync(Gone), DatasetId, Gone)).Refusal?.Message;
        if (problem is null)
        {
            Navigation.NavigateTo("datasets");
        }
    }
}
