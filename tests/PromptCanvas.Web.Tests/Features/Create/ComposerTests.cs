using Bunit;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

using MudBlazor.Services;

using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Schedulers;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Features.Create;

namespace PromptCanvas.Web.Tests.Features.Create;

public sealed class ComposerTests : IDisposable
{
    private readonly BunitContext page = new();
    private readonly FakeTimeProvider clock = new();
    private readonly List<GenerateImages> sent = [];

    public ComposerTests()
    {
        page.JSInterop.Mode = JSRuntimeMode.Loose;
        HaveDraft(new Composer.Draft(Prompt: null, Seed: ""));
        page.Services.AddLocalization();
        page.Services.AddMudServices();
        page.Services.AddSingleton<TimeProvider>(clock);
        page.Services.AddSingleton(new PromptIdeas(_ => 0));
        page.Services.AddSingleton<IModelStatus>(new ReadsThreeWords());
        page.SetRendererInfo(new Microsoft.AspNetCore.Components.RendererInfo("Server", isInteractive: true));
    }

    public void Dispose() => page.Dispose();

    [Fact]
    public void StepsAndGuidance_LeftEmpty_ShowTheModelsOwn()
    {
        var fields = Render().FindAll("#composer-more [data-number]");

        Assert.Equal(["Default (12)", "Default (2.5)"], fields.Select(field => field.GetAttribute("placeholder")));
    }

    [Fact]
    public void Prompt_LongerThanTheModelReads_SaysWhichWordsItWillNotSee()
    {
        var composer = Render();
        composer.Find("#prompt").Input("a red cube");
        Assert.Empty(composer.FindAll(".composer-unread q"));

        composer.Find("#prompt").Input("a red cube on a table");
        Assert.Equal("on a table", composer.Find(".composer-unread q").TextContent);
    }

    [Fact]
    public void Submit_TwiceWithinADoubleClick_SendsOnce()
    {
        var composer = Render();
        composer.Find("#prompt").Input("a cube");
        composer.Find("form").Submit();
        composer.Find("form").Submit();

        Assert.Equal("a cube", Assert.Single(sent).Prompt);
    }

    [Fact]
    public void Submit_TheSameAMomentLater_SendsAgainWithAnotherKey()
    {
        var composer = Render();
        composer.Find("#prompt").Input("a cube");
        composer.Find("form").Submit();
        clock.Advance(TimeSpan.FromSeconds(1));
        composer.Find("form").Submit();

        Assert.Equal(2, sent.Select(request => request.IdempotencyKey).Distinct().Count());
    }

    [Fact]
    public void Submit_WithOptions_SendsThem()
    {
        var composer = Render();
        composer.Find("#prompt").Input("a cube");
        composer.FindAll(".stepper button")[0].Click();
        composer.Find(".option select").Change("256");
        composer.FindAll(".field input")[0].Change("0");
        composer.FindAll(".field input")[1].Change("stars");
        composer.Find("form").Submit();

        var request = Assert.Single(sent);
        Assert.Equal((3, 256, 0u, "stars"), (request.Count, request.Size, request.Seed, request.NegativePrompt));
    }

    [Fact]
    public void Making_Drafts_SendsThem_AtTheirPrice_WithoutSizeAndAspect()
    {
        var composer = page.Render<Composer>(parameters => parameters.Add(it => it.OnGenerate, sent.Add).Add(it => it.DraftCost, 0.25m).Add(it => it.Credits, new QuotaView(99.5m, 100, "all", null)));
        composer.Find("#prompt").Input("a cube");
        Assert.StartsWith("4 credits", composer.Find("[data-credits]").TextContent.Trim(), StringComparison.Ordinal);

        composer.Find("[data-making][value=drafts]").Change("drafts");

        Assert.StartsWith("1 credit ·", composer.Find("[data-credits]").TextContent.Trim(), StringComparison.Ordinal);
        Assert.Equal("Make 2 instead", composer.Find("button.credit-note-act").TextContent);
        Assert.Empty(composer.FindAll(".option select"));
        composer.Find("form").Submit();
        composer.Find("[data-making][value=finished]").Change("finished");
        Assert.Equal((true, null), (Assert.Single(sent).IsDraft, sent[0].ToJob().Size));
        Assert.Equal("draft", sent[0].ToJob().Kind);
        Assert.Equal(2, composer.FindAll(".option select").Count);
    }

    [Fact]
    public void Making_IsRememberedByTheBrowser()
    {
        HaveDraft(new Composer.Draft("a ring", Seed: "", Drafts: true));

        Assert.True(Render().Find("[data-making][value=drafts]").HasAttribute("checked"));
        Assert.True(Assert.Single(sent).IsDraft);
    }

    [Fact]
    public void Making_AModelOfOnePiece_OffersNoDrafts()
    {
        HaveDraft(new Composer.Draft("a ring", Seed: "", Drafts: true));
        var composer = page.Render<Composer>(parameters => parameters.Add(it => it.OnGenerate, sent.Add).Add(it => it.Models, ["wide"]));

        Assert.Empty(composer.FindAll("[data-making]"));
        Assert.False(Assert.Single(sent).IsDraft);
    }

    [Fact]
    public void AspectRatios_ThatAreOffered_AreTheUsualSeven() => Assert.Equal(
        ["16:9", "1:1", "2:3", "3:2", "3:4", "4:3", "9:16"],
        Render().FindAll("[data-aspect] option").Select(option => option.GetAttribute("value")).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(null, "12 credits", true)]
    [InlineData("wide", "4 credits", false)]
    public void AspectRatio_ThatAModelOfSquaresComposes_SaysSoAndWhatItCosts(string? model, string cost, bool isComposed)
    {
        var composer = page.Render<Composer>(parameters => parameters.Add(it => it.OnGenerate, sent.Add)
            .Add(it => it.Models, model is null ? [] : [model]).Add(it => it.Credits, new QuotaView(0, 100, "all", null)));
        composer.Find("#prompt").Input("a cube");
        composer.Find("[data-aspect]").Change("16:9");

        Assert.StartsWith(cost, composer.Find("[data-credits]").TextContent.Trim(), StringComparison.Ordinal);
        Assert.Equal(isComposed, composer.FindAll(".composer-note").Any(note => note.TextContent.Contains("3 squares, 1 credit each", StringComparison.Ordinal)));
        composer.Find("form").Submit();
        Assert.Equal((16, 9), (Assert.Single(sent).Aspect.Width, sent[0].Aspect.Height));
    }

    [Theory]
    [InlineData("4294967296")]
    [InlineData("dog")]
    [InlineData("-5")]
    public void Seed_ThatIsNone_IsRefusedInWordsAndSendsNothing(string seed)
    {
        var composer = Render();
        composer.Find("#prompt").Input("a cube");
        composer.FindAll(".field input")[0].Change(seed);
        composer.Find("form").Submit();

        Assert.Empty(sent);
        Assert.Contains($"“{seed}” is not a valid seed. Enter a whole number from 0 to 4294967295", composer.Find("[role=alert]").TextContent, StringComparison.Ordinal);

        composer.FindAll(".field input")[0].Change("");
        composer.Find("form").Submit();
        Assert.Null(Assert.Single(sent).Seed);
    }

    [Fact]
    public void Link_WithASeedThatIsNone_ShowsItAndIsRefusedInWords()
    {
        var composer = page.Render<Composer>(parameters => parameters.Add(it => it.OnGenerate, sent.Add).Add(it => it.Prompt, "a ring").Add(it => it.Seed, "-5"));
        composer.Find("form").Submit();

        Assert.Empty(sent);
        Assert.Equal("-5", composer.Find("[data-draft-seed]").GetAttribute("value"));
        Assert.StartsWith("“-5” is not a valid seed.", composer.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "2.5", "“2.5” is not a whole number. Enter a whole number of steps")]
    [InlineData(1, "strong", "“strong” is not a number. Enter a number from 0 to 50")]
    [InlineData(1, "1,000.5", "“1,000.5” is not a number. Enter a number from 0 to 50")]
    public void StepsOrGuidance_ThatAreNoNumber_AreRefusedInWordsAndSendNothing(int field, string text, string words)
    {
        var composer = Render();
        composer.Find("#prompt").Input("a cube");
        composer.FindAll("#composer-more [data-number]")[field].Change(text);
        composer.Find("form").Submit();

        Assert.Empty(sent);
        Assert.StartsWith(words, composer.Find("[role=alert]").TextContent, StringComparison.Ordinal);

        composer.FindAll("#composer-more [data-number]")[field].Change("9");
        composer.Find("form").Submit();
        Assert.Equal((field == 0 ? 9 : null, field == 1 ? 9.0 : null), (Assert.Single(sent).Steps, sent[0].Guidance));
        Assert.Empty(composer.Find("[role=alert]").TextContent);
    }

    [Fact]
    public void Guidance_WithADecimalComma_IsRead()
    {
        var composer = Render();
        composer.Find("#prompt").Input("a cube");
        composer.FindAll("#composer-more [data-number]")[1].Change("2,5");
        composer.Find("form").Submit();

        Assert.Equal(2.5, Assert.Single(sent).Guidance);
    }

    /// <summary>A field that could not be read, replaced by a link's, holds nothing back any more.</summary>
    [Fact]
    public void Steps_ThatAreNoNumber_GoWithTheNextLink()
    {
        var composer = Render();
        composer.FindAll("#composer-more [data-number]")[0].Change("1.5");
        composer.Render(parameters => parameters.Add(it => it.Prompt, "a ring").Add(it => it.Steps, 20));
        composer.FindAll("#composer-more [data-number]")[1].Change("3");
        composer.Find("form").Submit();

        Assert.Equal((20, 3.0), (Assert.Single(sent).Steps, sent[0].Guidance));
    }

    /// <summary>The model's limit is said by the check that every way in shares; the browser's own message would be a second one.</summary>
    [Fact]
    public void Steps_OutOfRange_AreLeftToTheOneCheck()
    {
        var composer = Render();
        composer.Find("#prompt").Input("a cube");
        composer.FindAll("#composer-more [data-number]")[0].Change("9999");
        composer.Find("form").Submit();

        Assert.Equal(9999, Assert.Single(sent).Steps);
        Assert.True(composer.Find("form").HasAttribute("novalidate"));
    }

    [Fact]
    public void Link_WithEverything_IsSentAsItIs()
    {
        var composer = page.Render<Composer>(parameters => parameters.Add(it => it.OnGenerate, sent.Add)
            .Add(it => it.Prompt, "a ring").Add(it => it.NegativePrompt, "stars").Add(it => it.Seed, "7").Add(it => it.Size, 256).Add(it => it.Aspect, "9:16").Add(it => it.Count, 1)
            .Add(it => it.Steps, 9).Add(it => it.Guidance, 2.5));
        composer.Find("form").Submit();

        var request = Assert.Single(sent);
        Assert.Equal("9:16", request.Aspect.ToString());
        Assert.Equal(("a ring", "stars", 7u, 256, 1, 9, 2.5), (request.Prompt, request.NegativePrompt, request.Seed, request.Size, request.Count, request.Steps, request.Guidance));
    }

    [Fact]
    public void Surprise_Pressed_WritesAPromptAndSendsNothing()
    {
        var composer = Render();
        composer.Find(".composer-actions .quiet-button").Click();
        Assert.Empty(sent);

        composer.Find("form").Submit();
        Assert.Equal("a red circle on top of a red circle", Assert.Single(sent).Prompt);
    }

    [Fact]
    public void Refusal_OfThePrompt_IsSaidAndMarksTheBox()
    {
        var composer = page.Render<Composer>(parameters => parameters.Add(it => it.Refusal, new InvalidInput("prompt", "The prompt is empty.")));

        Assert.Equal("The prompt is empty.", composer.Find("[role=alert]").TextContent);
        Assert.Equal("true", composer.Find("#prompt").GetAttribute("aria-invalid"));
    }

    [Fact]
    public void Enter_FromBeforeThePageWasLive_IsSent()
    {
        HaveDraft(new Composer.Draft("a ring", Seed: ""));
        var composer = Render();

        Assert.Equal("a ring", composer.Find("#prompt").GetAttribute("value"));
        Assert.Equal("a ring", Assert.Single(sent).Prompt);
    }

    [Fact]
    public void Draft_WithASeed_IsTakenOverAndShown()
    {
        HaveDraft(new Composer.Draft("a ring", Seed: "7"));
        var composer = Render();

        Assert.Equal("7", composer.Find("[data-draft-seed]").GetAttribute("value"));
        Assert.False(composer.Find("#composer-more").HasAttribute("hidden"));
        Assert.Equal(7u, Assert.Single(sent).Seed);
    }

    [Fact]
    public void Seed_MinusOne_IsARandomOne()
    {
        var composer = Render();
        composer.Find("#prompt").Input("a ring");
        composer.Find("[data-draft-seed]").Change("-1");
        composer.Find("form").Submit();

        Assert.Null(Assert.Single(sent).Seed);
    }

    [Fact]
    public void Link_FollowedAgainAfterAnotherPage_IsTakenOverAgain()
    {
        var composer = Render();
        Offer(composer, "a ring", size: 256);
        composer.Find("#prompt").Input("a ring in the rain");

        // Same parameters again, because another part of the page changed: the typed text stays.
        Offer(composer, "a ring", size: 256);
        Assert.Equal("a ring in the rain", composer.Find("#prompt").GetAttribute("value"));

        Offer(composer, null, null);
        Assert.Equal("a ring in the rain", composer.Find("#prompt").GetAttribute("value"));
        Offer(composer, "a ring", size: 256);
        Assert.Equal("a ring", composer.Find("#prompt").GetAttribute("value"));
    }

    [Fact]
    public void Link_WithTheSamePromptAndAnotherSize_IsTakenOver()
    {
        var composer = Render();
        Offer(composer, "a ring", size: 256);
        Offer(composer, "a ring", size: 64);
        composer.Find("form").Submit();

        Assert.Equal(64, Assert.Single(sent).Size);
    }

    [Fact]
    public void Sizes_AreThoseOfTheModel_AndSayWhatIsEnlarged()
    {
        var composer = page.Render<Composer>(parameters => parameters.Add(it => it.Models, ["small", "wide"]));

        Assert.Equal(
            ["1024 px, enlarged from 256", "512 px, enlarged from 256", "256 px", "64 px"], composer.FindAll("[data-size] option").Select(option => option.TextContent));
    }

    [Fact]
    public void Size_AnotherModelHasNot_BecomesTheNearest()
    {
        var composer = page.Render<Composer>(parameters => parameters.Add(it => it.Models, ["wide", "small"]).Add(it => it.OnGenerate, sent.Add));
        composer.Find("[data-size]").Change("768");
        composer.Find("#prompt").Input("a cube");
        composer.Find("form").Submit();

        composer.FindAll("select").Single(select => select.QuerySelector("option[value=small]") is not null).Change("small");
        composer.Find("form").Submit();

        Assert.Equal([("wide", 768), ("small", 1024)], sent.Select(request => (request.Model, request.Size)));
    }

    [Fact]
    public void Size_ThatNoModelHas_IsSentAsItIs_ToBeRefused()
    {
        var composer = Render();
        composer.Find("#prompt").Input("a cube");

        composer.Find("[data-size]").Change("4096");
        composer.Find("form").Submit();

        Assert.Equal(4096, Assert.Single(sent).Size);
    }

    [Fact]
    public void Size_OfALinkToAnotherModel_IsThatModels()
    {
        var composer = page.Render<Composer>(parameters => parameters.Add(it => it.Models, ["small", "wide"]).Add(it => it.OnGenerate, sent.Add));

        composer.Render(parameters => parameters.Add(it => it.Prompt, "a ring").Add(it => it.Model, "wide").Add(it => it.Size, 768));
        composer.Find("form").Submit();

        Assert.Equal(("wide", 768), (Assert.Single(sent).Model, sent[0].Size));
    }

    private static void Offer(IRenderedComponent<Composer> composer, string? prompt, int? size) =>
        composer.Render(parameters => parameters.Add(it => it.Prompt, prompt).Add(it => it.Size, size));

    private void HaveDraft(Composer.Draft draft) =>
        page.JSInterop.SetupModule("./js/studio.js").Setup<Composer.Draft>("takeDraft", _ => true).SetResult(draft);

    private IRenderedComponent<Composer> Render() =>
        page.Render<Composer>(parameters => parameters.Add(it => it.OnGenerate, sent.Add));

    private sealed class ReadsThreeWords : IModelStatus
    {
        public IReadOnlyList<string> Models => [];

        public string? Problem => null;

        public IReadOnlyList<OfferedSize> Sizes(string? model) => model switch
        {
            "wide" => [new(1024, 1024), new(768, 768), new(512, 512)],
            "small" => [new(1024, 256), new(512, 256), new(256, 256), new(64, 64)],
            _ => [new(1024, 1024), new(512, 1024), new(256, 256), new(64, 64)],
        };

        public bool MakesSquaresOnly(string? model) => model is not "wide";

        public bool DrawsDrafts(string? model) => model is not "wide";

        public StageRecipe? DecoderDefaults(string? model) => new(SamplerKind.Ddim, 12) { GuidanceScale = 2.5 };

        public string UnreadPart(string? model, string prompt) => string.Join(' ', prompt.Split(' ').Skip(3));
    }
}
