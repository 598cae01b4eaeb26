using System.Text.Json.Nodes;
using PromptCanvas.Diffusion.Onnx.Sessions;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx.Tests.StableUnClip;

/// <summary>Stable unCLIP opened from its folder.</summary>
public sealed class StableFolderTests : IDisposable
{
    private readonly StableAssets assets;
    private readonly TemporaryFolder folder = new();
    private readonly OnnxModelLibrary library = new("models", "stable", new InferenceOptions { ExecutionProvider = ProviderNames.Cpu, GraphCache = "" });

    public StableFolderTests(StableAssets assets) => this.assets = assets;

    [Fact]
    public void OpenFolder_WithPriorAndImageEncoder_HasEverything()
    {
        var model = library.OpenFolder(assets.Folder);

        Assert.Equal("stable", model.Name);
        Assert.Null(model.WithoutText);
        Assert.NotNull(model.ImageEncoder);
        Assert.Equal([512, 768], model.Recipe.Sizes);
        Assert.Equal((32, 8, 4), (model.Latents!.SideMultiple, model.Latents.Autoencoder.Factor, model.Latents.Autoencoder.Channels));
        Assert.Equal(NoiseScheduleKind.Cosine, model.Latents.Text!.Noising.Schedule);
        Assert.Equal(64, model.Prior.EmbeddingSize);
        Assert.Equal(
            ["prior_text_encoder", "image_encoder", "prior", "unet", "text_encoder", "vae_encoder", "vae_decoder"], model.Networks.Select(network => network.Name));
    }

    [Fact]
    public void OpenFolder_PndmScheduler_GivesScheduleAndTarget()
    {
        var scheduler = library.OpenFolder(assets.Folder).Decoder.Scheduler;

        Assert.Equal((NoiseScheduleKind.ScaledLinear, 0.00085, 0.012), (scheduler.Schedule, scheduler.BetaStart, scheduler.BetaEnd));
        Assert.Equal((PredictionTarget.Velocity, false, 1), (scheduler.Target, scheduler.ClipSample, scheduler.StepsOffset));
        Assert.Equal(TimestepSpacing.Leading, scheduler.Spacing);
        Assert.StartsWith("Its scheduler is PNDM", OnnxModelLibrary.SchedulerNote(assets.Folder), StringComparison.Ordinal);
        Assert.Null(OnnxModelLibrary.SchedulerNote(Fixtures.TinyModel));
    }

    [Fact]
    public void OpenFolder_WithoutPrior_ReadsNoText()
    {
        var model = library.OpenFolder(assets.PicturesOnlyFolder);

        Assert.Contains("draws from pictures only", model.WithoutText, StringComparison.Ordinal);
        Assert.Equal(model.Latents!.Text!.Mean, model.Prior.Mean);
        Assert.Throws<ModelException>(() => model.Prior.Network.Run(new Dictionary<string, Networks.NetworkTensor>(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Needs_CountsAllNetworks()
    {
        var whole = OnnxModelLibrary.Needs(assets.Folder);
        var pictures = OnnxModelLibrary.Needs(assets.PicturesOnlyFolder);

        var added = new[] { "prior", "prior_text_encoder" }.Sum(name => Directory.EnumerateFiles(Path.Combine(assets.Folder, name), "*.safetensors").Sum(file => new FileInfo(file).Length));
        Assert.Equal(whole.Disk, pictures.Disk + added);
        Assert.True(whole.LargestNetwork < whole.Memory);
    }

    [Fact]
    public void Needs_LargerPictures_CountTheScoresOfTheirAttention()
    {
        var path = Copied();
        var (usual, recipe) = (OnnxModelLibrary.Needs(path), Path.Combine(path, "recipe.json"));
        File.WriteAllText(recipe, """{"sizes":[64,1024]}""");

        var larger = OnnxModelLibrary.Needs(path);

        Assert.True(larger.Least < usual.Least, "The smallest picture decides what is needed at least.");
        Assert.True(larger.Least + larger.LargestPicture > usual.Least + usual.LargestPicture);
        Assert.InRange(usual.LargestPicture, 1, larger.LargestPicture);
        File.WriteAllText(recipe, """{"sizes":[64]}""");
        Assert.Equal(0, OnnxModelLibrary.Needs(path).LargestPicture);
    }

    [Theory]
    [InlineData("prior_tokenizer", "names a part of a prior, but not all of it: add prior_tokenizer")]
    [InlineData("vae", "names no component 'vae'")]
    [InlineData("image_normalizer", "names no component 'image_normalizer'")]
    public void OpenFolder_ComponentMissing_SaysWhich(string component, string expected)
    {
        var path = Copied();
        var index = JsonNode.Parse(File.ReadAllText(Path.Combine(path, "model_index.json")))!.AsObject();
        index.Remove(component);
        File.WriteAllText(Path.Combine(path, "model_index.json"), index.ToJsonString());

        var fault = Assert.Throws<ModelException>(() => library.OpenFolder(path));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unet/config.json", "cross_attention_dim", 48, "'cross_attention_dim' is 48, but the model's other components need 24")]
    [InlineData("unet/config.json", "projection_class_embeddings_input_dim", 64, "need 32")]
    [InlineData("unet/config.json", "in_channels", 9, "'in_channels' is 9, but the model's other components need 4")]
    [InlineData("image_normalizer/config.json", "embedding_dim", 32, "'embedding_dim' is 32, but the model's other components need 64")]
    [InlineData("unet/config.json", "attention_head_dim", 5, "does not divide into 'attention_head_dim' 5 heads")]
    [InlineData("unet/config.json", "layers_per_block", 2, "lacks the tensor")]
    public void OpenFolder_PartsThatDoNotFit_NamesTheKey(string file, string key, int value, string expected)
    {
        var path = Copied();
        folder.Edit($"copied/{file}", key, value);

        var fault = Assert.Throws<ModelException>(() => library.OpenFolder(path));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenFolder_Recipe_SetsTheNoiseLevelAndSizes()
    {
        var path = Copied();
        File.WriteAllText(Path.Combine(path, "recipe.json"), """{"decoder":{"sampler":"ddim","steps":30,"noiseLevel":100},"sizes":[64,96]}""");

        var recipe = library.OpenFolder(path).Recipe;

        Assert.Equal((100, 30, SamplerKind.Ddim), (recipe.NoiseLevel, recipe.Decoder.Steps, recipe.Decoder.Sampler));
        Assert.Equal([64, 96], recipe.Sizes);
    }

    public void Dispose()
    {
        library.Dispose();
        folder.Dispose();
    }

    private string Copied()
    {
        folder.Copy(assets.Folder, "copied");
        return folder.PathOf("copied");
    }
}
