using Microsoft.AspNetCore.Components;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Bias;
using PromptCanvas.Generation.Bias.Measuring;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Components;
using PromptCanvas.Web.Features.Create;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Bias;

/// <summary>Asks for a new bias audit: the built-in prompts and captions of the model, to be changed at will, and the cost first.</summary>
public sealed partial class BiasForm
{
    private readonly List<BiasExample> examples = [];
    private QuotaView? quota;
    private string? problem;
    private string name = "";
    private string? model;
    private string prompts = "";
    private string captions = "";
    private int pictures = BiasPlan.DefaultPictures;
    private int size = BiasPlan.DefaultSize;
    private uint seed;
    private double? guidance;
    private double? priorGuidance;
    private string prior = ConditioningNames.Default;
    private double threshold = BiasPlan.DefaultThreshold;
    private bool canRender;
    private bool isRendered;

    [Inject]
    private IBiasAudits Audits { get; set; } = null!;

    [Inject]
    private IModelStatus Models { get; set; } = null!;

    [Inject]
    private ICurrentActor Actor { get; set; } = null!;

    [Inject]
    private LiveCredits Credits { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private string[] Prompts => prompts.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private ConditioningMode Conditioning => ConditioningNames.Find(prior) ?? ConditioningMode.DiffusionPrior;

    private bool HasPrior => Conditioning is ConditioningMode.DiffusionPrior or ConditioningMode.AutoregressivePrior;

    private int Cost => Math.Max(0, pictures) * Prompts.Length;

    protected override async Task OnInitializedAsync()
    {
        model = Models.Models.Count > 0 ? Models.Models[0] : null;
        name = T["BiasFirstName"];
        LoadWorld();
        quota = await Credits.RefreshAsync(await Actor.GetAsync(Gone), Gone);
    }

    private void LoadWorld()
    {
        if (!Audits.WorldOf(model).TryGet(out var world, out var refusal))
        {
            problem = refusal.Message;
            return;
        }

        problem = null;
        prompts = string.Join('\n', world.Prompts);
        captions = BiasAttributeText.Write(world.Attributes);
        canRender = isRendered = world.Attributes.Any(RenderedExamples.Suit);
    }

    private string PriorName(string key) => ConditioningNames.Find(key) switch
    {
        ConditioningMode.AutoregressivePrior => T["BiasPriorAutoregressive"],
        ConditioningMode.TextEmbedding => T["BiasPriorTextEmbedding"],
        ConditioningMode.CaptionOnly => T["BiasPriorNone"],
        _ => T["BiasPriorDiffusion"],
    };

    private async Task StartAsync()
    {
        if (!BiasAttributeText.Read(captions).TryGet(out var attributes, out var unread))
        {
            problem = unread.Message;
            return;
        }

        var plan = new BiasPlan
        {
            Name = name,
            Model = model,
            Prompts = Prompts,
            PicturesPerPrompt = pictures,
            Size = size,
            Seed = seed,
            Overrides = new RecipeOverrides { DecoderGuidance = guidance, PriorGuidance = HasPrior ? priorGuidance : null, Conditioning = Conditioning },
            Attributes = attributes,
            Threshold = threshold,
            RenderedExamples = canRender && isRendered,
            Examples = examples,
        };
        if ((await Audits.StartAsync(await Actor.GetAsync(Gone), plan, Gone)).TryGet(out var id, out var refusal))
        {
            Navigation.NavigateTo($"admin/bias/{id}");
            return;
        }

        problem = refusal.Message;
    }
}
