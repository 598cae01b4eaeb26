using System.Text.Json;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Tests.Shared;
using static PromptCanvas.Diffusion.Tests.Engine.ImageEngineTests;

namespace PromptCanvas.Diffusion.Tests.Engine;

/// <summary>A style moves what the prior or an origin gives, before the decoder.</summary>
public sealed class PictureStyleTests
{
    private const double Tolerance = 1e-6;

    private static readonly float[] Direction = [0.5f, -0.25f, 0, 1];

    [Theory]
    [InlineData(0.5, ConditioningMode.DiffusionPrior)]
    [InlineData(-1, ConditioningMode.DiffusionPrior)]
    [InlineData(0.5, ConditioningMode.TextEmbedding)]
    public async Task GenerateAsync_WithAStyle_DrawsFromTheMovedEmbedding(double weight, ConditioningMode conditioning)
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        var request = Request(count: 2) with { Overrides = new RecipeOverrides { Conditioning = conditioning } };
        var plain = await CompletedAsync(engine, request);

        var styled = await CompletedAsync(engine, Styled(request, weight));

        foreach (var (before, after) in plain.Zip(styled))
        {
            Approximately.Equal(StyleSpace.Apply(before.ImageEmbedding, Direction, weight), after.ImageEmbedding, Tolerance);
            Assert.NotEqual(before.Image.Values, after.Image.Values);
            Assert.Equal(EmbeddingSpace.Length(before.ImageEmbedding), EmbeddingSpace.Length(after.ImageEmbedding), Tolerance);
            Assert.Null(before.Recipe.Style);
            Assert.Equal(new StyleUse("Ink", weight), after.Recipe.Style);
        }
    }

    public static TheoryData<PictureOrigin> Origins =>
    [
        new VariationOrigin(Grey, VariationOrigin.Strong),
        new VariationOrigin(Grey, 0),
        new BlendOrigin([new ImageInput(Grey), new TextInput("a cube")], null),
        new BlendOrigin([new ImageInput(Grey), new TextInput("a cube")], null) { AsFrames = true },
        new ChangeOrigin(Grey, "a cube", "a ring"),
    ];

    private static SourcePicture Grey { get; } = new SignedImage(2, 2, new float[12]).ToSource();

    [Theory]
    [MemberData(nameof(Origins))]
    public async Task GenerateAsync_FromAnOriginWithAStyle_DrawsFromTheMovedEmbedding(PictureOrigin origin)
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        var request = Request("", count: 2) with { Origin = origin, Overrides = new RecipeOverrides { DecoderSteps = 3 } };
        var plain = await CompletedAsync(engine, request);

        var styled = await CompletedAsync(engine, Styled(request, 0.5));

        Assert.Equal(2, styled.Count);
        foreach (var (before, after) in plain.Zip(styled))
        {
            Approximately.Equal(StyleSpace.Apply(before.ImageEmbedding, Direction, 0.5), after.ImageEmbedding, Tolerance);
            Assert.NotEqual(before.Image.Values, after.Image.Values);
            Assert.Equal((before.Recipe.Kind, new StyleUse("Ink", 0.5)), (after.Recipe.Kind, after.Recipe.Style));
        }
    }

    [Fact]
    public async Task GenerateAsync_VariationResumedAfterAStage_MovesTheEmbeddingOnce()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        var request = Styled(Request("", size: FakeModel.LargeSize), 0.5) with { Origin = new VariationOrigin(Grey, VariationOrigin.Strong), ReportsStages = true };
        var events = await CollectAsync(engine, request);
        var whole = Assert.Single(events.OfType<ImageCompleted>());

        foreach (var stage in events.OfType<StageCompleted>())
        {
            var resumed = await CompletedAsync(engine, request with { Finished = new Dictionary<int, StageResult> { [0] = stage.Result } });
            Assert.Equal(whole.Image.Values, resumed[0].Image.Values);
        }
    }

    [Fact]
    public async Task GenerateAsync_WeightZero_IsThePictureWithoutTheStyle()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());

        var plain = await CompletedAsync(engine, Request());
        var styled = await CompletedAsync(engine, Styled(Request(), 0));

        Assert.Equal(plain[0].Image.Values, styled[0].Image.Values);
    }

    [Fact]
    public async Task GenerateAsync_BestOfSeveralSamples_MovesTheChosenOneOnce()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        var request = Request() with { Overrides = new RecipeOverrides { PriorCandidates = 3 } };
        var plain = await CompletedAsync(engine, request);

        var styled = await CompletedAsync(engine, Styled(request, 0.5));

        Approximately.Equal(StyleSpace.Apply(plain[0].ImageEmbedding, Direction, 0.5), styled[0].ImageEmbedding, Tolerance);
    }

    [Fact]
    public async Task GenerateAsync_ResumedAfterThePrior_GivesTheSamePictureBitForBit()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        var request = Styled(Request(size: FakeModel.LargeSize), 0.5) with { ReportsStages = true };
        var events = await CollectAsync(engine, request);
        var whole = Assert.Single(events.OfType<ImageCompleted>());

        foreach (var stage in events.OfType<StageCompleted>())
        {
            var resumed = await CompletedAsync(engine, request with { Finished = new Dictionary<int, StageResult> { [0] = stage.Result } });
            Assert.Equal(whole.Image.Values, resumed[0].Image.Values);
        }
    }

    [Fact]
    public void Validate_StyleThatDoesNotFit_SaysWhy()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        Assert.Null(engine.Validate(Styled(Request(), 1)));
        Assert.Contains("−1 to 1", engine.Validate(Styled(Request(), 1.01)), StringComparison.Ordinal);
        Assert.Contains("−1 to 1", engine.Validate(Styled(Request(), double.NaN)), StringComparison.Ordinal);
        Assert.Contains("another model", engine.Validate(Of(new PictureStyle("Ink", [1, 2, 3], 1))), StringComparison.Ordinal);
        Assert.Contains("another model", engine.Validate(Of(new PictureStyle("Ink", [1, 2, 3, float.NaN], 1))), StringComparison.Ordinal);
        Assert.Null(engine.Validate(Styled(Request(""), 1) with { Origin = new VariationOrigin(Grey, 1) }));
        Assert.Contains(
            "begins with the picture as it is", engine.Validate(Styled(Request("", count: 2), 1) with { Origin = new TextDifferenceOrigin(Grey, "a cube", "a ring") }), StringComparison.Ordinal);
        Assert.Contains(
            "continued as it is",
            engine.Validate(Styled(Request("") with { Known = new KnownRegion(new SignedImage(2, 2, new float[12]), [true, true, true, false]), Overrides = new RecipeOverrides { Conditioning = ConditioningMode.KnownPicture } }, 1)),
            StringComparison.Ordinal);
        Assert.Contains(
            "Without an image embedding",
            engine.Validate(Styled(Request() with { Overrides = new RecipeOverrides { Conditioning = ConditioningMode.CaptionOnly } }, 1)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Json_Style_ComesBackExactly()
    {
        var style = new PictureStyle("Ink", [0.1f, -2e-20f, float.MaxValue], -0.3) { Id = Guid.NewGuid() };

        var read = JsonSerializer.Deserialize<PictureStyle>(JsonSerializer.Serialize(style))!;

        Assert.Equal(style.Direction, read.Direction);
        Assert.Equal(style with { Direction = read.Direction }, read);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<PictureStyle>("""{"Name":"Ink","Direction":"AAA=","Weight":1}"""));
    }

    private static GenerationRequest Of(PictureStyle style) => Request() with { Overrides = new RecipeOverrides { Style = style } };

    private static GenerationRequest Styled(GenerationRequest request, double weight) =>
        request with { Overrides = request.Overrides with { Style = new PictureStyle("Ink", Direction, weight) } };
}
