using System.Text.Json.Nodes;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Sessions;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx.Tests;

public sealed class OnnxModelLibraryTests : IDisposable
{
    private readonly TemporaryFolder models = new();
    private readonly OnnxModelLibrary library;

    public OnnxModelLibraryTests() =>
        library = new OnnxModelLibrary(models.Path, "starter", new InferenceOptions { ExecutionProvider = "Cpu", Threads = 2 });

    public void Dispose()
    {
        library.Dispose();
        models.Dispose();
    }

    [Fact]
    public void List_FoldersWithAndWithoutIndex_NamesTheModelsInOrder()
    {
        models.Copy(Fixtures.StarterModel, "starter");
        models.Copy(Fixtures.TinyModel, "karlo");
        Directory.CreateDirectory(models.PathOf("training"));

        Assert.Equal(["karlo", "starter"], library.List());
    }

    [Fact]
    public void OpenForEngines_OneDeviceTwice_SharesTheModel()
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        using var twice = new OnnxModelLibrary(models.Path, "karlo", new InferenceOptions { Devices = "cpu,cpu", Threads = 2 });

        var engines = twice.OpenForEngines("karlo");

        Assert.Equal(2, engines.Count);
        Assert.Same(engines[0], engines[1]);
        Assert.Same(engines[0], twice.Open("karlo"));
    }

    [Fact]
    public void OpenForEngines_TwoDevices_EachHasItsOwn()
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        using var both = new OnnxModelLibrary(models.Path, "karlo", new InferenceOptions { Devices = "cuda:0,cuda:1" });

        var engines = both.OpenForEngines("karlo");

        Assert.Equal(2, engines.Count);
        Assert.NotSame(engines[0], engines[1]);
        Assert.Equal(engines, both.OpenForEngines("karlo"));
    }

    [Fact]
    public void OpenForEngines_ByDefault_IsOne()
    {
        models.Copy(Fixtures.TinyModel, "karlo");

        Assert.Same(library.Open("karlo"), Assert.Single(library.OpenForEngines("karlo")));
    }

    [Fact]
    public void Open_TinyKarlo_TellsWhatTheHostMustKnow()
    {
        models.Copy(Fixtures.TinyModel, "karlo");

        var model = library.Open("karlo");

        Assert.Equal("karlo", model.Name);
        Assert.Equal(77, model.Tokenizer.Length);
        Assert.Equal("image_encoder", model.ImageEncoder?.Name);
        Assert.Equal(64, model.Prior.EmbeddingSize);
        Assert.Equal((PredictionTarget.CleanSample, 5.0), (model.Prior.Scheduler.Target, model.Prior.Scheduler.ClipSampleRange));
        Assert.Equal(4, model.TextProjection!.ExtraContextTokens);
        Assert.Equal((16, 1, false, true), (model.Decoder.ImageSize, model.Decoder.PixelUnshuffle, model.Decoder.MaskedInput, model.Decoder.LearnedVariance));
        Assert.Equal(VarianceKind.LearnedRange, model.Decoder.Scheduler.Variance);
        var upsampler = Assert.Single(model.SuperResolution);
        Assert.Equal((16, 32, 1), (upsampler.InputSize, upsampler.OutputSize, upsampler.PixelUnshuffle));
        Assert.Equal("super_res_last", upsampler.LastStepNetwork?.Name);
        Assert.Equal([16, 32], model.Recipe.Sizes);
        Assert.Equal(ModelRecipe.Karlo.Decoder, model.Recipe.Decoder);
    }

    [Fact]
    public void Open_TinyStarter_ReadsTheExtensions()
    {
        models.Copy(Fixtures.StarterModel, "starter");

        var model = library.Open(library.DefaultName);

        Assert.Equal((16, 2, true, false), (model.Decoder.ImageSize, model.Decoder.PixelUnshuffle, model.Decoder.MaskedInput, model.Decoder.LearnedVariance));
        Assert.Equal([(16, 64), (64, 256)], model.SuperResolution.Select(stage => (stage.InputSize, stage.OutputSize)));
        Assert.All(model.SuperResolution, stage => Assert.Null(stage.LastStepNetwork));
        Assert.Equal([16, 64, 256], model.Recipe.Sizes);
        Assert.False(model.Recipe.CaptionTokens);
        Assert.Equal(new StageRecipe(SamplerKind.DpmSolverPlusPlus, 12) { GuidanceScale = 2 }, model.Recipe.Prior);
        Assert.Equal(new GuidanceInterval(0.33, 0.67), model.Recipe.Decoder.GuidanceInterval);
        Assert.Equal([4, 3], model.Recipe.SuperResolution.Select(stage => stage.Steps));
    }

    [Fact]
    public void Open_PromptThroughTheTextEncoder_IsTheGoldenInput()
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        var model = library.Open("karlo");
        var golden = Fixtures.Inputs("text_encoder");

        var tokens = model.Tokenizer.Encode("A photo of a  cat");

        Assert.Equal(golden["input_ids"].Integers.Take(77), tokens.Ids);
        Assert.Equal(golden["eos_index"].Integers[0], tokens.EosIndex);
    }

    [Theory]
    [InlineData("!", 0)]
    [InlineData("<|endoftext|>", 628)]
    public void Open_PadToken_FillsTheRest(string pad, int expected)
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        models.Edit("karlo/tokenizer/tokenizer_config.json", "pad_token", new JsonObject { ["content"] = pad });

        Assert.Equal(expected, library.Open("karlo").Tokenizer.Encode("")!.Ids[^1]);
    }

    [Theory]
    [InlineData("vocab_size", "600", "no id from 0 to 599")]
    [InlineData("vocab_size", "700", "has shape (629, 64), where")]
    public void Open_VocabularyOfAnotherSize_SaysSo(string key, string json, string expected)
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        models.Edit("karlo/text_encoder/config.json", key, JsonNode.Parse(json));

        Assert.Contains(expected, Assert.Throws<ModelException>(() => library.Open("karlo")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_UnknownSpecialToken_NamesTheFolder()
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        models.Edit("karlo/tokenizer/tokenizer_config.json", "eos_token", "<|nothing|>");

        Assert.Contains("karlo/tokenizer", Assert.Throws<ModelException>(() => library.Open("karlo")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Twice_GivesTheSameModel()
    {
        models.Copy(Fixtures.TinyModel, "karlo");

        Assert.Same(library.Open("karlo"), library.Open("karlo"));
        Assert.Same(library.Open("karlo"), library.OpenFolder(models.PathOf("karlo") + "/"));
    }

    [Fact]
    public void Open_Model_LoadsNoWeightsBeforeTheFirstRun()
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        var prior = Assert.IsType<OnnxNetwork>(library.Open("karlo").Prior.Network);
        Assert.False(prior.IsLoaded);

        prior.Run(Fixtures.Inputs("prior"), TestContext.Current.CancellationToken);

        Assert.True(prior.IsLoaded);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("..")]
    [InlineData("../karlo")]
    [InlineData("")]
    [InlineData("karlo/")]
    public void Open_NotAModelsName_SaysWhatThereIs(string name)
    {
        models.Copy(Fixtures.TinyModel, "karlo");

        var fault = Assert.Throws<ModelException>(() => library.Open(name));

        Assert.Contains("choose one of: karlo", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoModelsAtAll_SaysWhatToDo()
    {
        using var empty = new OnnxModelLibrary(models.PathOf("absent"), "starter", new InferenceOptions());

        Assert.Empty(empty.List());
        Assert.Contains("Put one there", Assert.Throws<ModelException>(() => empty.Open("starter")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prior/config.json", "embedding_dim", "65", "'embedding_dim' is 65")]
    [InlineData("prior/config.json", "num_layers", "3", "lacks the tensor 'transformer_blocks.2.norm1.weight'")]
    [InlineData("prior/config.json", "num_layers", "1", "holds the tensor 'transformer_blocks.1.")]
    [InlineData("prior/config.json", "num_layers", "1000000000", "'num_layers' is 1000000000; it must be a whole number from 1 to 512")]
    [InlineData("prior/config.json", "norm_in_type", "\"layer\"", "'norm_in_type' is layer, which this engine does not support")]
    [InlineData("prior/config.json", "additional_embeddings", "3", "'additional_embeddings' is 3")]
    [InlineData("decoder/config.json", "attention_head_dim", "7", "does not divide into heads")]
    [InlineData("decoder/config.json", "mid_block_type", "\"UNetMidBlock2DCrossAttn\"", "'mid_block_type' is 'UNetMidBlock2DCrossAttn'")]
    [InlineData("decoder/config.json", "class_embed_type", "null", "'class_embed_type' is null")]
    [InlineData("decoder/config.json", "sample_size", "18", "not a multiple of 4")]
    [InlineData("decoder/config.json", "_class_name", "\"UNet3D\"", "'_class_name' is UNet3D")]
    [InlineData("decoder/config.json", "block_out_channels", "[]", "a list of 1 to 64 values")]
    [InlineData("decoder/config.json", "cross_attention_dim", "64", "'cross_attention_dim' is 48")]
    [InlineData("super_res_first/config.json", "add_attention", "true", "'add_attention'")]
    [InlineData("super_res_first/config.json", "block_out_channels", "[16,24]", "'down_blocks.1.resnets.0.conv1.weight' has shape (32, 16, 3, 3), where")]
    [InlineData("super_res_first/config.json", "pixel_unshuffle", "2", "'in_channels' is 6")]
    [InlineData("prior_scheduler/scheduler_config.json", "variance_type", "\"learned_range\"", "does not predict")]
    [InlineData("decoder_scheduler/scheduler_config.json", "prediction_type", "\"noise\"", "'prediction_type' is 'noise'")]
    [InlineData("model_index.json", "decoder", "[\"diffusers\",\"UNet3D\"]", "'decoder' is of the kind UNet3D")]
    [InlineData("model_index.json", "prior", "[null,null]", "names no component 'prior'")]
    public void Open_ConfigChanged_NamesFileAndKey(string file, string key, string json, string expected)
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        models.Edit($"karlo/{file}", key, JsonNode.Parse(json));

        var fault = Assert.Throws<ModelException>(() => library.Open("karlo"));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.Contains("karlo", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text_encoder/model.safetensors")]
    [InlineData("prior/config.json")]
    [InlineData("decoder_scheduler/scheduler_config.json")]
    [InlineData("tokenizer/vocab.json")]
    [InlineData("tokenizer/merges.txt")]
    [InlineData("super_res_last/diffusion_pytorch_model.safetensors")]
    public void Open_FileMissing_SaysWhich(string file)
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        File.Delete(models.PathOf($"karlo/{file}"));

        var fault = Assert.Throws<ModelException>(() => library.Open("karlo"));

        Assert.Contains(Path.GetDirectoryName(file)!, fault.Message, StringComparison.Ordinal);
        Assert.Contains("missing", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WithoutUpsamplers_MakesSmallPicturesOnly()
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        models.Edit("karlo/model_index.json", "super_res_first", null);
        models.Edit("karlo/model_index.json", "super_res_last", null);

        var model = library.Open("karlo");

        Assert.Empty(model.SuperResolution);
        Assert.Equal([16], model.Recipe.Sizes);
    }

    [Theory]
    [InlineData("""{"prior":{"steps":1}}""", "'steps' is 1")]
    [InlineData("""{"decoder":{"sampler":"euler"}}""", "'sampler' is 'euler'")]
    [InlineData("""{"decoder":{"guidance":-1}}""", "'guidance' is -1")]
    [InlineData("""{"decoder":{"guidanceInterval":[0.7,0.3]}}""", "'guidanceInterval'")]
    [InlineData("""{"decoder":{"guidanceInterval":[0.7]}}""", "'guidanceInterval'")]
    [InlineData("""{"prior":{"eta":2}}""", "'eta' is 2")]
    [InlineData("""{"sizes":[16,1024]}""", "'sizes'")]
    [InlineData("""{"sizes":[32,16]}""", "'sizes'")]
    [InlineData("""{"captionTokens":1}""", "'captionTokens' is 1")]
    [InlineData("""{"prior":5}""", "prior")]
    [InlineData("""{"prior":{"sampler":"dpm-solver++","steps":996}}""", "(prior): 'steps' is 996; the sampler can take 995 at most")]
    [InlineData("""{"decoder":{"sampler":"dpm-solver++","steps":1000}}""", "(decoder): 'steps' is 1000")]
    [InlineData("""{"superResolution":{"sampler":"dpm-solver++","steps":1000}}""", "(superResolution): 'steps' is 1000")]
    [InlineData("""[]""", "does not hold an object")]
    [InlineData("""{""", "is not JSON")]
    public void Open_BadRecipe_SaysWhatIsWrong(string recipe, string expected)
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        File.WriteAllText(models.PathOf("karlo/recipe.json"), recipe);

        var fault = Assert.Throws<ModelException>(() => library.Open("karlo"));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.Contains("recipe.json", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_PartialRecipe_LeavesTheRestToKarlo()
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        File.WriteAllText(models.PathOf("karlo/recipe.json"), """{"prior":{"steps":9},"superResolution1024":{"eta":0.5},"colour":"red"}""");

        var recipe = library.Open("karlo").Recipe;

        Assert.Equal(ModelRecipe.Karlo.Prior with { Steps = 9 }, recipe.Prior);
        Assert.Equal(ModelRecipe.Karlo.Decoder, recipe.Decoder);
        Assert.Equal([0, 0.5], recipe.SuperResolution.Select(stage => stage.Eta));
        Assert.True(recipe.CaptionTokens);
    }

    [Fact]
    public void Open_Profiles_ChangeWhatTheyNameAndLeaveTheRest()
    {
        models.Copy(Fixtures.StarterModel, "starter");
        models.Edit("starter/recipe.json", "profiles", JsonNode.Parse("""{"fast":{"decoder":{"steps":7}},"best":{"superResolution1024":{"steps":9}},"odd":{}}"""));

        var recipe = library.Open("starter").Recipe;

        Assert.Equal(["best", "fast"], recipe.Profiles.Keys.Order());
        Assert.Equal(recipe.Decoder with { Steps = 7 }, recipe.Profiles["fast"].Decoder);
        Assert.Equal(recipe.Prior, recipe.Profiles["fast"].Prior);
        Assert.Equal(recipe.SuperResolution, recipe.Profiles["fast"].SuperResolution);
        Assert.Equal([4, 9], recipe.Profiles["best"].SuperResolution.Select(stage => stage.Steps));
        Assert.Equal(recipe.Sizes, recipe.Profiles["best"].Sizes);
    }

    [Fact]
    public void Open_ProfileWithTooManySteps_SaysSo()
    {
        models.Copy(Fixtures.StarterModel, "starter");
        models.Edit("starter/recipe.json", "profiles", JsonNode.Parse("""{"best":{"decoder":{"sampler":"ancestral","steps":1001}}}"""));

        Assert.Contains("steps", Assert.Throws<ModelException>(() => library.Open("starter")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Needs_Model_CountsEveryWeightsFileAndItsFloats()
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        var disk = Directory.EnumerateFiles(models.PathOf("karlo"), "*.safetensors", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);

        var needs = OnnxModelLibrary.Needs(models.PathOf("karlo"));

        Assert.Equal(disk, needs.Disk);
        Assert.InRange(needs.Memory, 1, 2 * disk);
        Assert.InRange(needs.LargestNetwork, 1, needs.Memory - 1);
        Assert.Null(needs.Refusal);
        Assert.Equal((null, null), (needs.MeasuredFirstStart, needs.MeasuredLaterStart));
    }

    [Fact]
    public void Refusal_LargestNetworkLargerThanTheMachine_SaysWhatWouldMakeItFit()
    {
        var needs = new ModelNeeds(4_000_000_000, 9_000_000_000) { LargestNetwork = 4_000_000_000, Machine = 4_000_000_000 };

        Assert.Equal(
            "its largest network needs 4.9 GB of memory and this machine has 4.0 GB: give it more, or set Inference:Precision to Int8, or choose a smaller model.",
            needs.Refusal);
        Assert.Null((needs with { Machine = 5_000_000_000 }).Refusal);
        Assert.EndsWith("give it more, or choose a smaller model.", (needs with { IsQuantized = true }).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Needs_WithEightBitWeights_CountsBytesAndScalesOfLargeLinearLayers()
    {
        Directory.CreateDirectory(models.PathOf("wide/prior"));
        File.WriteAllText(models.PathOf("wide/model_index.json"), """{ "_class_name": "UnCLIPPipeline", "prior": ["diffusers", "PriorTransformer"] }""");
        SafetensorsWriter.Write(models.PathOf("wide/prior/diffusion_pytorch_model.safetensors"), new Dictionary<string, NetworkTensor>
        {
            ["layer.weight"] = Zeros(512, 1024),
            ["small.weight"] = Zeros(8, 8),
            ["token_embedding.weight"] = Zeros(512, 1024),
        });

        var (floats, bytes) = (OnnxModelLibrary.Needs(models.PathOf("wide")), OnnxModelLibrary.Needs(models.PathOf("wide"), precision: InferencePrecision.Int8));

        // A block of 64 values has a scale of four bytes.
        Assert.Equal(3 * 512 * 1024, floats.Memory - bytes.Memory + (512 * 1024 / 64 * 4));
        Assert.True(bytes.IsQuantized);

        static NetworkTensor Zeros(int rows, int width) => NetworkTensor.Float32(new float[rows * width], rows, width);
    }

    [Fact]
    public void Dispose_ModelThatRan_LeavesItsPeaksForTheNextCheck()
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        var cache = models.PathOf("cache");

        foreach (var start in new[] { "first", "later" })
        {
            using (var measured = new OnnxModelLibrary(models.Path, "karlo", new InferenceOptions { ExecutionProvider = "Cpu", Threads = 2, GraphCache = cache }))
            {
                measured.Open("karlo").Prior.Network.Run(Fixtures.Inputs("prior"), TestContext.Current.CancellationToken);
            }

            var needs = OnnxModelLibrary.Needs(models.PathOf("karlo"), cache);
            Assert.InRange(needs.MeasuredFirstStart!.Value, 20_000_000, 100_000_000_000);
            Assert.Equal(start == "later", needs.MeasuredLaterStart is not null);
        }
    }

    [Fact]
    public void Fingerprint_OfACopyIsTheSame_AndOfOneOtherWeightAnother()
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        models.Copy(Fixtures.TinyModel, "copy");
        models.Copy(Fixtures.TinyModel, "trained");
        var weights = Directory.EnumerateFiles(models.PathOf(Path.Combine("trained", "decoder")), "*.safetensors").Single();
        var (bytes, written) = (File.ReadAllBytes(weights), File.GetLastWriteTimeUtc(weights));
        bytes[^3] ^= 1;
        File.WriteAllBytes(weights, bytes);
        File.SetLastWriteTimeUtc(weights, written);

        var karlo = library.Open("karlo").Fingerprint;

        Assert.Matches("^[0-9a-f]{64}$", karlo);
        Assert.Equal(karlo, library.Open("copy").Fingerprint);
        Assert.NotEqual(karlo, library.Open("trained").Fingerprint);
    }

    [Fact]
    public void Open_FilesReplaced_GivesTheNewModelAndLeavesTheOldOneUsable()
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        var old = library.Open("karlo");
        old.Prior.Network.Run(Fixtures.Inputs("prior"), TestContext.Current.CancellationToken);
        models.Edit("karlo/prior_scheduler/scheduler_config.json", "clip_sample_range", 4.0);

        var now = library.Open("karlo");

        Assert.NotSame(old, now);
        Assert.Equal(4, now.Prior.Scheduler.ClipSampleRange);
        Assert.Same(now, library.Open("karlo"));
        Assert.NotEmpty(old.Prior.Network.Run(Fixtures.Inputs("prior"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Open_BitFlippedOnTheDisk_IsRefused_AndOtherModelsAreNot()
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        models.Copy(Fixtures.TinyModel, "other");
        using (Recording())
        {
        }

        // Like a failing disk: the bytes change but the write time does not.
        var weights = Directory.EnumerateFiles(models.PathOf("karlo/decoder"), "*.safetensors").First();
        var written = File.GetLastWriteTimeUtc(weights);
        var bytes = File.ReadAllBytes(weights);
        bytes[^100] ^= 0x10;
        File.WriteAllBytes(weights, bytes);
        File.SetLastWriteTimeUtc(weights, written);
        using var next = new OnnxModelLibrary(models.Path, "karlo", new InferenceOptions()) { Records = models.PathOf("records") };

        var refusal = Assert.Throws<ModelException>(() => next.Open("karlo"));
        Assert.Contains($"{weights} is damaged", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(next.Open("other"));

        // Copied here again it is another file, and whole.
        bytes[^100] ^= 0x10;
        File.WriteAllBytes(weights, bytes);
        Assert.NotNull(next.Open("karlo"));

        OnnxModelLibrary Recording()
        {
            var first = new OnnxModelLibrary(models.Path, "karlo", new InferenceOptions()) { Records = models.PathOf("records") };
            Assert.NotNull(first.Open("karlo"));
            Assert.NotNull(first.Open("other"));
            return first;
        }
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("gone")]
    public void Open_WeightsCutOffOrGone_IsRefused_AndOtherModelsAreNot(string how)
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        models.Copy(Fixtures.TinyModel, "other");
        var weights = Directory.EnumerateFiles(models.PathOf("karlo/decoder"), "*.safetensors").First();
        if (how == "cut")
        {
            File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..^1]);
        }
        else
        {
            File.Delete(weights);
        }

        Assert.Throws<ModelException>(() => library.Open("karlo"));
        Assert.Throws<ModelException>(() => library.Open("karlo"));
        Assert.NotNull(library.Open("other"));
    }

    [Fact]
    public void List_FolderThatIsNone_IsEmpty()
    {
        File.WriteAllText(models.PathOf("file"), "");
        using var closed = new OnnxModelLibrary(models.PathOf("file"), "starter", new InferenceOptions());

        Assert.Empty(closed.List());
    }

    [Fact]
    public void Dispose_OpenedModel_EndsIt()
    {
        models.Copy(Fixtures.TinyModel, "karlo");
        var prior = library.Open("karlo").Prior.Network;
        prior.Run(Fixtures.Inputs("prior"), TestContext.Current.CancellationToken);

        library.Dispose();

        Assert.Throws<ObjectDisposedException>(() => prior.Run(Fixtures.Inputs("prior"), TestContext.Current.CancellationToken));
        Assert.Throws<ObjectDisposedException>(() => library.Open("karlo"));
    }
}
