using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Images;
using static PromptCanvas.Diffusion.Onnx.Tests.LatentPictures;

namespace PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

/// <summary>Every kind of picture made with Kandinsky 2.2.</summary>
public sealed class KandinskyModelTests(KandinskyAssets assets) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task GenerateAsync_Oblong_IsMadeAtMultiplesOfACell()
    {
        var events = await RunAsync(assets.Model, Request() with { Size = 128, Aspect = new AspectRatio(3, 2) });

        var picture = Assert.Single(events.OfType<ImageCompleted>());
        Assert.Equal((128, 64), (picture.Image.Width, picture.Image.Height));
        Assert.Equal("3:2", picture.Recipe.Aspect);
    }

    [Fact]
    public async Task GenerateAsync_SizeBelowTheSmallest_IsReduced()
    {
        var model = assets.Model with { Recipe = assets.Model.Recipe with { Sizes = [128] } };

        var picture = Assert.Single((await RunAsync(model, Request() with { Size = 64 })).OfType<ImageCompleted>());

        Assert.Equal((64, 64), (picture.Image.Width, picture.Image.Height));
    }

    [Fact]
    public async Task GenerateAsync_Watched_ShowsEveryStepOfTheLatentAndThePictureAtTheEnd()
    {
        var events = await RunAsync(assets.Model, Request());

        var steps = events.OfType<StepCompleted>().Where(step => step.Stage == GenerationStage.Decoder).ToList();
        Assert.Equal([1, 2, 3, 4, 5, 6], steps.Select(step => step.Step));
        Assert.All(steps, step => Assert.Equal(6, step.Steps));
        Assert.All(steps.SkipLast(1), step => Assert.Equal((8, 8), (step.PredictedImage!.Width, step.PredictedImage.Height)));
        Assert.All(steps, step => Assert.True(Array.TrueForAll(step.PredictedImage!.Values, float.IsFinite)));
        Assert.Equal(Assert.Single(events.OfType<ImageCompleted>()).Image.Values, steps[^1].PredictedImage!.Values);
        Assert.Equal(1, steps[^1].Progress, 6);
    }

    [Fact]
    public Task GenerateAsync_InCompanyOfOtherSizes_IsTheSameBitForBit() => AssertSameInCompanyAsync(assets.Model);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GenerateAsync_KnownRegion_StaysAsItIsAndTheHoleIsPainted(bool inpaints)
    {
        var model = inpaints ? assets.Model : assets.WithoutInpainting;
        Assert.Equal(inpaints, model.Latents!.Inpainting is not null);

        await AssertPaintsTheHoleOnlyAsync(model, Request());
    }

    [Fact]
    public async Task GenerateAsync_KnownPictureContinued_StartsHalfWay()
    {
        var (picture, keep) = Scene();
        var request = Request() with
        {
            Prompt = "",
            Known = new KnownRegion(picture, keep),
            Overrides = new RecipeOverrides { Conditioning = ConditioningMode.KnownPicture },
        };

        var events = await RunAsync(assets.Model, request);

        Assert.Single(events.OfType<ImageCompleted>());
        Assert.Equal([3, 4, 5, 6], events.OfType<StepCompleted>().Select(step => step.Step));
    }

    [Fact]
    public async Task GenerateAsync_VariationOfStrengthZero_DrawsTheAutoencodersPictureAgain()
    {
        var model = assets.Model;
        var made = Assert.Single((await RunAsync(model, Request())).OfType<ImageCompleted>()).Image;
        var origin = new VariationOrigin(made.ToSource(), 0);

        var events = await RunAsync(model, Request() with { Prompt = "", Origin = origin });

        Assert.Contains(events.OfType<StepCompleted>(), step => step.Stage == GenerationStage.Inversion);
        Assert.Equal(64, Assert.Single(events.OfType<ImageCompleted>()).Image.Width);
    }

    [Fact]
    public async Task GenerateAsync_BlendAndTextDifference_MakePictures()
    {
        var model = assets.Model;
        var picture = Assert.Single((await RunAsync(model, Request())).OfType<ImageCompleted>()).Image.ToSource();
        var blend = new BlendOrigin([new ImageInput(picture), new TextInput("a photo of a cat")], null);
        var difference = new TextDifferenceOrigin(picture, "a cube", "a cat");

        Assert.Single((await RunAsync(model, Request() with { Prompt = "", Origin = blend })).OfType<ImageCompleted>());
        Assert.Equal(2, (await RunAsync(model, Request() with { Prompt = "", Origin = difference, Count = 2 })).OfType<ImageCompleted>().Count());
    }

    [Fact]
    public async Task GenerateAsync_SecondStart_NeedsNoImageEncoder()
    {
        var path = Joined();
        using (var first = KandinskyFixture.Library(Path.Combine(folder.Path, "cache")))
        {
            await RunAsync(KandinskyFixture.Quick(first.OpenFolder(path)), Request());
        }

        using var again = KandinskyFixture.Library(Path.Combine(folder.Path, "cache"));
        var model = KandinskyFixture.Quick(again.OpenFolder(path));

        var picture = Assert.Single((await RunAsync(model, Request())).OfType<ImageCompleted>());

        Assert.NotNull(picture);
        Assert.False(OnnxModelLibrary.IsLoaded(model.ImageEncoder!));
        Assert.False(OnnxModelLibrary.IsLoaded(model.Latents!.Autoencoder.Encoder));
        Assert.True(OnnxModelLibrary.IsLoaded(model.Latents.Autoencoder.Decoder));
    }

    [Fact]
    public void Validate_WhatTheDecoderCannotDo_IsRefused()
    {
        using var engine = new ImageEngine(assets.Model, new EngineOptions());
        var captionOnly = Request() with { Overrides = new RecipeOverrides { Conditioning = ConditioningMode.CaptionOnly } };

        Assert.Contains("reads no text", engine.Validate(captionOnly), StringComparison.Ordinal);
        Assert.Contains("cannot be made", engine.Validate(Request() with { Aspect = new AspectRatio(9, 1) }), StringComparison.Ordinal);
        Assert.Contains("is not a size", engine.Validate(Request() with { Size = 100 }), StringComparison.Ordinal);
        Assert.Equal(128, engine.WorkingSizeFor(100));
        Assert.Equal(64, engine.WorkingSizeFor(20));
    }

    public void Dispose() => folder.Dispose();

    private string Joined()
    {
        var path = Path.Combine(folder.Path, "kandinsky");
        return Directory.Exists(path) ? path : assets.Join(path);
    }
}
