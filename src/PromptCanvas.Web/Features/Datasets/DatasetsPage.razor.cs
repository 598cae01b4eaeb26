using Microsoft.AspNetCore.Components;
using PromptCanvas.Data.Series;
using PromptCanvas.Generation.Datasets;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Datasets;

/// <summary>The person's data sets, refreshed while one is made, and the form for a new one.</summary>
public sealed partial class DatasetsPage
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private IReadOnlyList<DatasetView> datasets = [];

    [Inject]
    private IDatasets Datasets { get; set; } = null!;

    [Inject]
    private ICurrentActor Actor { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    protected override Task OnInitializedAsync() => LookAsync();

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            Every(Interval, Clock, () => datasets.Any(dataset => dataset.State == SeriesState.Running) ? LookAsync() : Task.CompletedTask);
        }
    }

    private async Task LookAsync() => datasets = await Datasets.ListAsync(await Actor.GetAsync(Gone), Gone);
}
