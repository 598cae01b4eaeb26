using Microsoft.AspNetCore.Components;
using PromptCanvas.Generation.Datasets;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Features.Create;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Datasets;

/// <summary>Asks for a new data set, with its cost first.</summary>
public sealed partial class DatasetForm
{
    private QuotaView? quota;
    private string? problem;
    private string name = "";
    private string? model;
    private string template = "a {colour} {thing}";
    private string slots = "colour=red:2,blue,green\nthing=cube,sphere";
    private int count = DatasetOrder.DefaultCount;
    private int size = DatasetOrder.DefaultSize;
    private uint seed;
    private string split = "train=0.8,test=0.2";
    private double? similarity;
    private double? distance;
    private int redraws = DatasetOrder.DefaultRedraws;
    private string basePrompt = "";
    private string box = DatasetEdit.DefaultBox;

    [Inject]
    private IDatasets Datasets { get; set; } = null!;

    [Inject]
    private IModelStatus Models { get; set; } = null!;

    [Inject]
    private ICurrentActor Actor { get; set; } = null!;

    [Inject]
    private LiveCredits Credits { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private bool HasBase => !string.IsNullOrWhiteSpace(basePrompt);

    private int Cost => Math.Max(0, count) * (HasBase ? DatasetEdit.Draws : 1);

    private int MostCost => similarity is null && distance is null ? Cost : Cost * (1 + Math.Max(0, redraws));

    protected override async Task OnInitializedAsync()
    {
        model = Models.Models.Count > 0 ? Models.Models[0] : null;
        name = T["DatasetFirstName"];
        quota = await Credits.RefreshAsync(await Actor.GetAsync(Gone), Gone);
    }

    private async Task StartAsync()
    {
        var order = new DatasetOrder
        {
            Name = name,
            Template = template,
            Slots = slots.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            Split = split,
            Count = count,
            Size = size,
            Seed = seed,
            Model = model,
            LeastSimilarity = similarity,
            LeastDistance = distance,
            Redraws = redraws,
            Base = basePrompt,
            Box = HasBase ? box : null,
        };
        if ((await Datasets.StartAsync(await Actor.GetAsync(Gone), order, Gone)).TryGet(out var id, out var refusal))
        {
            Navigation.NavigateTo($"datasets/{id}");
            return;
        }

        problem = refusal.Message;
    }
}
