using System.Text.Json.Nodes;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

/// <summary>Kandinsky 2.2 as a model: opened from its parts, and every kind of picture made with it.</summary>
public sealed class KandinskyModelTests(KandinskyAssets assets) : IDisposable
{
    private const int Side = 64;

    private readonly TemporaryFolder folder = new();
    private readonly OnnxModelLibrary library = KandinskyFixture.Library();

    [Fact]
    public void OpenFolder_JoinedParts_IsOneModel()
    {
        var model = library.OpenFolder(Joined());

        Assert.Equal("kandinsky", model.Name);
        Assert.Null(model.TextProjection);
        Assert.Equal(64, model.Latents!.SideMultiple);
        Assert.NotNull(model.Latents.Inpainting);
        Assert.Equal([512, 768, 1024], model.Recipe.Sizes);
        Assert.True(OnnxModelLibrary.Needs(Joined()).Disk > 0);
    }

    [Fact]
    public void OpenFolder_FileOfAPartReplaced_IsAnotherModel()
    {
        var path = Copied();
        var before = library.OpenFolder(path);

        folder.Edit("copied/decoder/scheduler/scheduler_config.json", "clip_sample", false);

        var after = library.OpenFolder(path);
        Assert.NotSame(before, after);
        Assert.NotEqual(before.Fingerprint, after.Fingerprint);
    }

    [Fact]
    public void OpenFolder_SameAutoencoderTwice_IsLoadedOnce()
    {
        var path = Copied();
        Directory.Delete(Path.Combine(path, "inpaint", "movq"), recursive: true);
        folder.Copy(Path.Combine(path, "decoder", "movq"), "copied/inpaint/movq");

        var latents = library.OpenFolder(path).Latents!;

        Assert.Same(latents.Autoencoder, latents.Inpainting!.Autoencoder);
    }

    [Theory]
    [InlineData("prior", "is only the prior part of Kandinsky 2.2: put it into a folder as 'prior'")]
    [InlineData("decoder", "is only the decoder part of Kandinsky 2.2")]
    [InlineData("decoder-inpaint", "is only the inpaint part of Kandinsky 2.2")]
    public void OpenFolder_OnePartAlone_SaysHowToJoinIt(string part, string expected)
    {
        var fault = Assert.Throws<ModelException>(() => library.OpenFolder(assets.Folder(part)));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prior", null, "does not say where the prior part lies")]
    [InlineData("decoder", null, "does not say where the decoder part lies")]
    [InlineData("decoder", "../elsewhere", "'decoder' must be the name of a folder beside it")]
    [InlineData("decoder", "/etc", "'decoder' must be the name of a folder beside it")]
    [InlineData("decoder", "absent", "is missing or has no model_index.json")]
    [InlineData("decoder", "inpaint", "is no decoder part of Kandinsky 2.2: its model_index.json says KandinskyV22InpaintPipeline")]
    [InlineData("upscaler", "decoder", "'upscaler' is no part")]
    public void OpenFolder_WrongIndex_SaysWhatIsWrong(string part, string? place, string expected)
    {
        var path = Copied();
        var index = JsonNode.Parse(File.ReadAllText(Path.Combine(path, "model_index.json")))!.AsObject();
        index.Remove(part);
        if (place is not null)
        {
            index[part] = place;
        }

        File.WriteAllText(Path.Combine(path, "model_index.json"), index.ToJsonString());

        var fault = Assert.Throws<ModelException>(() => library.OpenFolder(path));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("decoder/unet/config.json", "encoder_hid_dim", 48, "'embedding_dim' is ")]
    [InlineData("decoder/unet/config.json", "out_channels", 4, "'out_channels' is 4, but the model's other components need 8")]
    [InlineData("inpaint/unet/config.json", "in_channels", 4, "'in_channels' is 4, but the model's other components need 9")]
    [InlineData("prior/prior/config.json", "embedding_dim", 48, "'embedding_dim' is 48")]
    public void OpenFolder_PartsThatDoNotFit_NamesTheKey(string file, string key, int value, string expected)
    {
        var path = Copied();
        folder.Edit($"copied/{file}", key, value);

        var fault = Assert.Throws<ModelException>(() => library.OpenFolder(path));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

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
    public async Task GenerateAsync_InCompanyOfOtherSizes_IsTheSameBitForBit()
    {
        var model = assets.Model;
        using var alone = new ImageEngine(model, new EngineOptions());
        using var crowded = new ImageEngine(model, new EngineOptions { MaxBatch = 5 });
        var request = Request() with { NegativePrompt = "a sign", Person = "me" };

        var expected = Assert.Single((await ReadAsync(alone, request)).OfType<ImageCompleted>());
        var company = Enumerable.Range(0, 3).Select(person => ReadAsync(
            crowded, Request() with { Seed = (uint)person, Count = 2, Size = person == 0 ? 64 : 128, Person = $"{person}" })).ToList();
        var actual = Assert.Single((await ReadAsync(crowded, request)).OfType<ImageCompleted>());
        await Task.WhenAll(company);

        Assert.Equal(expected.Image.Values, actual.Image.Values);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GenerateAsync_KnownRegion_StaysAsItIsAndTheHoleIsPainted(bool inpaints)
    {
        var model = inpaints ? assets.Model : assets.WithoutInpainting;
        Assert.Equal(inpaints, model.Latents!.Inpainting is not null);
        var (picture, keep) = Scene();

        var painted = Assert.Single((await RunAsync(model, Request() with { Known = new KnownRegion(picture, keep) })).OfType<ImageCompleted>()).Image;

        var changed = 0;
        for (var index = 0; index < painted.Values.Length; index++)
        {
            if (keep[index % keep.Length])
            {
                Assert.Equal(picture.Values[index], painted.Values[index], 1e-6f);
            }
            else
            {
                changed += Math.Abs(picture.Values[index] - painted.Values[index]) > 0.05f ? 1 : 0;
            }
        }

        Assert.True(changed > 100, $"only {changed} values of the hole were painted");
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

    public void Dispose()
    {
        library.Dispose();
        folder.Dispose();
    }

    private static GenerationRequest Request() => new() { Prompt = "a photo of a cat", Seed = 5, Count = 1, Size = Side };

    /// <summary>A bright picture with a dark square in it, and a hole around that square.</summary>
    private static (SignedImage Picture, bool[] Keep) Scene()
    {
        var values = new float[SignedImage.Channels * Side * Side];
        Array.Fill(values, 0.5f);
        var keep = new bool[Side * Side];
        for (var pixel = 0; pixel < keep.Length; pixel++)
        {
            keep[pixel] = pixel / Side is < 20 or > 43 || pixel % Side is < 20 or > 43;
        }

        return (new SignedImage(Side, Side, values), keep);
    }

    private string Joined()
    {
        var path = Path.Combine(folder.Path, "kandinsky");
        return Directory.Exists(path) ? path : assets.Join(path);
    }

    /// <summary>Parts that may be changed.</summary>
    private string Copied()
    {
        folder.Copy(assets.Folder("prior"), "copied/prior");
        folder.Copy(assets.Folder("decoder"), "copied/decoder");
        folder.Copy(assets.Folder("decoder-inpaint"), "copied/inpaint");
        File.WriteAllText(
            folder.PathOf("copied/model_index.json"),
            """{ "_class_name": "PromptCanvasKandinsky22", "prior": "prior", "decoder": "decoder", "inpaint": "inpaint" }""");
        return folder.PathOf("copied");
    }

    private static async Task<List<GenerationEvent>> RunAsync(UnClipModel model, GenerationRequest request)
    {
        using var engine = new ImageEngine(model, new EngineOptions());
        return await ReadAsync(engine, request);
    }

    private static async Task<List<GenerationEvent>> ReadAsync(ImageEngine engine, GenerationRequest request)
    {
        var events = new List<GenerationEvent>();
        await foreach (var value in engine.GenerateAsync(request, TestContext.Current.CancellationToken))
        {
            events.Add(value);
        }

        return events;
    }
}
