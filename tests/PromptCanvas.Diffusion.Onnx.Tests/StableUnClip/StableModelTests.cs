using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;
using static PromptCanvas.Diffusion.Onnx.Tests.LatentPictures;

namespace PromptCanvas.Diffusion.Onnx.Tests.StableUnClip;

/// <summary>Every kind of picture made with Stable unCLIP.</summary>
public sealed class StableModelTests(StableAssets assets)
{
    [Fact]
    public async Task GenerateAsync_Prompt_GoesThroughPriorAndBothTextEncoders()
    {
        var model = assets.Model;
        var clip = new ListeningNetwork(model.TextEncoder);
        var own = new ListeningNetwork(model.Latents!.Text!.Encoder);
        var decoder = new ListeningNetwork(model.Decoder.Network);
        var listened = model with
        {
            TextEncoder = clip,
            Decoder = model.Decoder with { Network = decoder },
            Latents = model.Latents with { Text = model.Latents.Text with { Encoder = own } },
        };

        var events = await RunAsync(listened, Request() with { NegativePrompt = "a sign" });

        var picture = Assert.Single(events.OfType<ImageCompleted>());
        Assert.Equal((Side, Side), (picture.Image.Width, picture.Image.Height));
        Assert.True(Array.TrueForAll(picture.Image.Values, float.IsFinite));
        Assert.Equal([1, 2, 3], events.OfType<StepCompleted>().Where(step => step.Stage == GenerationStage.Prior).Select(step => step.Step));
        Assert.Equal((3, 3), (clip.Inputs.Count, own.Inputs.Count));
        var labels = decoder.Inputs[0][NetworkNames.ClassLabels];
        Assert.All(labels.FloatRow(0).ToArray(), value => Assert.Equal(0, value));
        Assert.NotEqual(0, labels.FloatRow(1)[0]);
        Assert.NotEqual(decoder.Inputs[0][NetworkNames.EncoderHiddenStates].FloatRow(0).ToArray(), decoder.Inputs[0][NetworkNames.EncoderHiddenStates].FloatRow(1).ToArray());
    }

    [Fact]
    public async Task GenerateAsync_Oblong_IsMadeAtMultiplesOfACell()
    {
        var picture = Assert.Single((await RunAsync(assets.Model, Request() with { Size = 128, Aspect = new AspectRatio(3, 2) })).OfType<ImageCompleted>());

        Assert.Equal(32, assets.Model.Latents!.SideMultiple);
        Assert.Equal((128, 96), (picture.Image.Width, picture.Image.Height));
    }

    [Fact]
    public async Task GenerateAsync_Watched_ShowsEveryStepOfTheLatentAndThePictureAtTheEnd()
    {
        var events = await RunAsync(assets.Model, Request());

        var steps = events.OfType<StepCompleted>().Where(step => step.Stage == GenerationStage.Decoder).ToList();
        Assert.Equal([1, 2, 3, 4, 5, 6], steps.Select(step => step.Step));
        Assert.All(steps.SkipLast(1), step => Assert.Equal((8, 8), (step.PredictedImage!.Width, step.PredictedImage.Height)));
        Assert.Equal(Assert.Single(events.OfType<ImageCompleted>()).Image.Values, steps[^1].PredictedImage!.Values);
        Assert.Equal(1, steps[^1].Progress, 6);
    }

    [Fact]
    public Task GenerateAsync_InCompanyOfOtherSizes_IsTheSameBitForBit() => AssertSameInCompanyAsync(assets.Model);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task GenerateAsync_KnownRegion_StaysAsItIsAndTheHoleIsPainted(bool hasPrior) => AssertPaintsTheHoleOnlyAsync(
        hasPrior ? assets.Model : assets.PicturesOnly,
        hasPrior ? Request() : Request() with { Prompt = "", Overrides = new RecipeOverrides { Conditioning = ConditioningMode.KnownPicture } });

    [Theory]
    [InlineData(true, 0.0)]
    [InlineData(true, 0.6)]
    [InlineData(false, 0.6)]
    public async Task GenerateAsync_Variation_IsMadeFromThePicture(bool hasPrior, double strength)
    {
        var model = hasPrior ? assets.Model : assets.PicturesOnly;
        var origin = new VariationOrigin(Scene().Picture.ToSource(), strength);

        var events = await RunAsync(model, Request() with { Prompt = "", Origin = origin });

        Assert.Contains(events.OfType<StepCompleted>(), step => step.Stage == GenerationStage.Inversion);
        Assert.True(Array.TrueForAll(Assert.Single(events.OfType<ImageCompleted>()).Image.Values, float.IsFinite));
    }

    [Fact]
    public async Task GenerateAsync_BlendAndTextDifference_MakePictures()
    {
        var picture = Scene().Picture.ToSource();
        var blend = new BlendOrigin([new ImageInput(picture), new TextInput("a photo of a cat")], null);
        var difference = new TextDifferenceOrigin(picture, "a cube", "a cat");

        Assert.Single((await RunAsync(assets.Model, Request() with { Prompt = "", Origin = blend })).OfType<ImageCompleted>());
        Assert.Equal(2, (await RunAsync(assets.Model, Request() with { Prompt = "", Origin = difference, Count = 2 })).OfType<ImageCompleted>().Count());
    }

    [Fact]
    public async Task GenerateAsync_WithoutPrior_BlendsPictures()
    {
        var picture = Scene().Picture.ToSource();
        var blend = new BlendOrigin([new ImageInput(picture), new ImageInput(picture)], [1, 2]);

        Assert.Single((await RunAsync(assets.PicturesOnly, Request() with { Prompt = "", Origin = blend })).OfType<ImageCompleted>());
    }

    [Fact]
    public void Validate_TextWithoutPrior_IsRefusedAndSaysWhatToAdd()
    {
        using var engine = new ImageEngine(assets.PicturesOnly, new EngineOptions());
        var picture = Scene().Picture.ToSource();
        const string Expected =
            "pictures draws from pictures only: choose another model, or add prior, prior_scheduler, prior_tokenizer, prior_text_encoder of a Karlo model to its folder and its model_index.json.";

        Assert.Equal(Expected, engine.Validate(Request()));
        Assert.Equal(Expected, engine.Validate(Request() with { Overrides = new RecipeOverrides { Conditioning = ConditioningMode.TextEmbedding } }));
        Assert.Equal(Expected, engine.Validate(Request() with { Count = 2, Origin = new TextDifferenceOrigin(picture, "a cube", "a cat") }));
        Assert.Equal(Expected, engine.Validate(Request() with { Origin = new ChangeOrigin(picture, null, "a cat") }));
        Assert.Equal(Expected, engine.Validate(Request() with { Origin = new BlendOrigin([new ImageInput(picture), new TextInput("a cat")], null) }));
        Assert.Equal(Expected, engine.ValidateEmbedding([new TextInput("a cat")]));
        Assert.Null(engine.ValidateEmbedding([new ImageInput(picture)]));
        Assert.Null(engine.Validate(Request() with { Origin = new VariationOrigin(picture, 0.5) }));
    }

    [Fact]
    public void Validate_WhatTheDecoderCannotDo_IsRefused()
    {
        using var engine = new ImageEngine(assets.Model, new EngineOptions());

        Assert.Equal(
            "The decoder of stable needs an image embedding: choose another prior, or another model.",
            engine.Validate(Request() with { Overrides = new RecipeOverrides { Conditioning = ConditioningMode.CaptionOnly } }));
        Assert.Null(engine.Validate(Request() with { Size = 96 }));
        Assert.Contains("is not a size", engine.Validate(Request() with { Size = 100 }), StringComparison.Ordinal);
    }
}
