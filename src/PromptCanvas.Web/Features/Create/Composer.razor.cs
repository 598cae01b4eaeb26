using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Results;
using PromptCanvas.Web.Components;

namespace PromptCanvas.Web.Features.Create;

/// <summary>The prompt box and its options. studio.js handles Enter and keeps text that was typed before the page became interactive.</summary>
public sealed partial class Composer(PromptIdeas ideas, IModelStatus status, TimeProvider clock, IJSRuntime js)
{
    private static readonly TimeSpan DoublePress = TimeSpan.FromMilliseconds(600);

    private const int MaximumCount = GenerationRequest.MaximumCount;
    private ElementReference box;
    private string prompt = "";
    private int promptsSet;

    private (string? Prompt, string? NegativePrompt, string? Seed, int? Size, string? Aspect, string? Model, int? Count, int? Steps, double? Guidance, Guid? Style, double? StyleWeight) taken;
    private int count = 4;
    private int size = 1024;
    private string aspect = AspectRatio.Square.ToString();
    private string? model;
    private string? seed;
    private string? negativePrompt;
    private string? steps;
    private string? guidance;
    private string? chosenVisibility;
    private Guid? style;
    private double styleWeight = StyleChoice.DefaultWeight;
    private bool styleIsGone;
    private string? fieldProblem;
    private bool more;
    private bool drafts;
    private GenerateImages? last;
    private long lastAt;

    /// <summary>A prompt from outside (a link, "use prompt"); applied once per change.</summary>
    [Parameter]
    public string? Prompt { get; set; }

    /// <summary>As a link has it; what is no seed is shown in its field and refused with the request.</summary>
    [Parameter]
    public string? Seed { get; set; }

    [Parameter]
    public string? NegativePrompt { get; set; }

    [Parameter]
    public int? Steps { get; set; }

    [Parameter]
    public double? Guidance { get; set; }

    /// <summary>Size, model and count that come with the prompt; null = unchanged.</summary>
    [Parameter]
    public int? Size { get; set; }

    /// <summary>An aspect ratio such as 16:9.</summary>
    [Parameter]
    public string? Aspect { get; set; }

    [Parameter]
    public string? Model { get; set; }

    [Parameter]
    public int? Count { get; set; }

    /// <summary>A style that comes with the prompt, or alone.</summary>
    [Parameter]
    public Guid? Style { get; set; }

    [Parameter]
    public double? StyleWeight { get; set; }

    /// <summary>The styles that the person may use.</summary>
    [Parameter]
    public IReadOnlyList<StyleView> Styles { get; set; } = [];

    /// <summary>The available models, the default first.</summary>
    [Parameter]
    public IReadOnlyList<string> Models { get; set; } = [];

    /// <summary>Why the last submission was refused.</summary>
    [Parameter]
    public Refusal? Refusal { get; set; }

    /// <summary>The person's remaining credits; null = unknown.</summary>
    [Parameter]
    public QuotaView? Credits { get; set; }

    /// <summary>The person's default visibility; null = the team's.</summary>
    [Parameter]
    public string? DefaultVisibility { get; set; }

    /// <summary>Credits for one draft.</summary>
    [Parameter]
    public decimal DraftCost { get; set; }

    [Parameter]
    public EventCallback<GenerateImages> OnGenerate { get; set; }

    private AspectRatio Ratio => AspectRatio.TryParse(aspect, out var ratio) ? ratio : AspectRatio.Square;

    /// <summary>Number of squares of which each picture is composed, which is its cost in credits.</summary>
    private int Squares => IsDraft || Ratio.IsSquare || !status.MakesSquaresOnly(model) ? 1 : EditPlan.SquaresOf(size, Ratio);

    /// <summary>The styles of the chosen model.</summary>
    private IReadOnlyList<StyleView> Offered => [.. Styles.Where(one => one.Model == model)];

    private StyleView? Chosen => style is null ? null : Offered.FirstOrDefault(one => one.Id == style);

    /// <summary>The seed in the field; without one a preview is of any.</summary>
    private uint PreviewSeed => WholeNumber(seed) is { } number && RequestedSeed.Check(number).Refusal is null ? RequestedSeed.Of(number) ?? 0 : 0;

    private bool OffersDrafts => status.DrawsDrafts(model);

    private bool IsDraft => drafts && OffersDrafts;

    private decimal PictureCost => IsDraft ? DraftCost : Squares;

    private string Visibility => chosenVisibility ?? DefaultVisibility ?? Visibilities.Team;

    /// <summary>The end of the prompt that the model truncates; empty when the model reads everything.</summary>
    private string Unread => status.UnreadPart(model, prompt);

    protected override void OnParametersSet()
    {
        model ??= Models.Count > 0 ? Models[0] : null;
        var offered = (Prompt, NegativePrompt, Seed, Size, Aspect, Model, Count, Steps, Guidance, Style, StyleWeight);
        if (offered == taken)
        {
            return;
        }

        // Between two links with the same prompt the URL has no prompt; remember that, so that the second link applies again.
        taken = offered;
        if (Prompt is not null || Style is not null)
        {
            TakeStyle();
        }

        if (Prompt is { } wanted)
        {
            Take(wanted);
        }

        size = status.Sizes(model).Nearest(size);
    }

    private void Take(string wanted)
    {
        (prompt, promptsSet) = (wanted, promptsSet + 1);
        negativePrompt = NegativePrompt;
        seed = Seed;
        fieldProblem = null;
        if (Seed is not null || Steps is not null || Guidance is not null)
        {
            (steps, guidance) = (Steps?.ToString(CultureInfo.InvariantCulture), Guidance?.ToString(CultureInfo.InvariantCulture));
        }

        more |= Seed is not null || NegativePrompt is not null || Steps is not null || Guidance is not null;
        model = Model is { } name && Models.Contains(name) ? name : model;
        TakeShape();
        count = Count is >= 1 and <= MaximumCount ? Count.Value : count;
    }

    // The link of a picture without a style takes the style away.
    private void TakeStyle()
    {
        var known = Styles.FirstOrDefault(one => one.Id == Style && Models.Contains(one.Model));
        (style, styleIsGone, model) = (known?.Id, Style is not null && known is null, known?.Model ?? model);
        styleWeight = StyleWeight is >= -1 and <= 1 ? StyleWeight.Value : StyleChoice.DefaultWeight;
    }

    private void ChooseStyle(string? id)
    {
        style = Guid.TryParse(id, out var chosen) ? chosen : null;
        styleIsGone = false;
    }

    // A size without an aspect ratio is that of a square.
    private void TakeShape()
    {
        size = Size is { } side && status.Sizes(model).Any(offered => offered.Side == side) ? side : size;
        aspect = AspectRatio.TryParse(Aspect, out var ratio) && AspectRatio.Common.Contains(ratio) ? ratio.ToString() : Size is null ? aspect : AspectRatio.Square.ToString();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        var module = await js.ImportAsync("./js/studio.js", Gone);
        var draft = await module.InvokeAsync<Draft>("takeDraft", Gone, box);
        if (draft.Seed.Length > 0 && Seed is null)
        {
            seed = draft.Seed;
        }

        // Also those that the browser kept while the page was loaded again.
        more |= seed is { Length: > 0 } || negativePrompt is { Length: > 0 } || steps is { Length: > 0 } || guidance is { Length: > 0 };

        drafts = draft.Drafts;
        if (draft.Prompt is { } sent)
        {
            prompt = sent;
            await GenerateAsync();
        }

        StateHasChanged();
    }

    private async Task GenerateAsync()
    {
        fieldProblem = FieldProblem();
        if (fieldProblem is not null)
        {
            more = true;
            return;
        }

        var request = new GenerateImages(Guid.NewGuid().ToString(), prompt)
        {
            NegativePrompt = negativePrompt,
            Count = count,
            Size = size,
            Aspect = Ratio,
            IsDraft = IsDraft,
            Seed = RequestedSeed.Of(WholeNumber(seed)),
            Model = model,
            Steps = (int?)WholeNumber(steps),
            Guidance = Number(guidance),
            Style = Chosen is { } chosen ? new StyleChoice(chosen.Id, styleWeight) : null,
            Visibility = Visibility,
        };
        var isDoublePress = IsDoublePress(request);
        lastAt = clock.GetTimestamp();
        if (isDoublePress)
        {
            return;
        }

        last = request;
        await OnGenerate.InvokeAsync(request);
    }

    // Text that is no number is refused here; what a model allows is checked where every request passes.
    private string? FieldProblem()
    {
        if (!string.IsNullOrWhiteSpace(seed) && (WholeNumber(seed) is not { } number || RequestedSeed.Check(number).Refusal is not null))
        {
            return T["SeedInvalid", Excerpt.Of(seed.Trim()), uint.MaxValue];
        }

        if (!string.IsNullOrWhiteSpace(steps) && WholeNumber(steps) is not (>= int.MinValue and <= int.MaxValue))
        {
            return T["StepsInvalid", Excerpt.Of(steps.Trim())];
        }

        return string.IsNullOrWhiteSpace(guidance) || Number(guidance) is not null ? null : T["GuidanceInvalid", Excerpt.Of(guidance.Trim())].Value;
    }

    private static long? WholeNumber(string? text) => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    // With a point or a comma, as people write it. No digits are grouped: "2,5" must not become 25.
    private static double? Number(string? text) =>
        double.TryParse(text?.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private bool IsDoublePress(GenerateImages request) =>
        last is not null
        && clock.GetElapsedTime(lastAt) < DoublePress
        && last with { IdempotencyKey = request.IdempotencyKey } == request;

    /// <summary>Puts a prompt into the box without submitting it.</summary>
    public async Task TakeAsync(string idea)
    {
        (prompt, promptsSet) = (idea, promptsSet + 1);
        StateHasChanged();
        await box.FocusAsync();
    }

    // The server validates the value, so no check is needed here.
    private void ChooseVisibility(string? chosen) => chosenVisibility = chosen;

    private Task SurpriseAsync() => TakeAsync(ideas.Next());

    /// <summary>Input from before the page became interactive.</summary>
    /// <param name="Prompt">The text when Enter was pressed; null = it was not.</param>
    /// <param name="Drafts">Whether this browser made drafts last.</param>
    internal sealed record Draft(string? Prompt, string Seed, bool Drafts = false);
}
