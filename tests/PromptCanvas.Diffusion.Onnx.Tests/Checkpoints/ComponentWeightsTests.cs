using System.Text.Json;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Tests.Checkpoints;

/// <summary>Where weights may lie: hub caches full of links, shards, half-precision variants. Each runs as the plain file does.</summary>
public sealed class ComponentWeightsTests : IDisposable
{
    private const string WeightsName = "diffusion_pytorch_model.safetensors";

    private readonly TemporaryFolder folder = new();

    public ComponentWeightsTests() => folder.Copy(Fixtures.TinyModel, "karlo");

    private string Weights => folder.PathOf($"karlo/prior/{WeightsName}");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_HubCache_FollowsLinksToTheBlob()
    {
        Directory.CreateDirectory(folder.PathOf("blobs"));
        File.Move(Weights, folder.PathOf("blobs/0a1b2c"));
        File.CreateSymbolicLink(Weights, "../../blobs/0a1b2c");

        Assert.Equal(0, DifferenceToPlain());
    }

    [Fact]
    public void Open_LinkedModelFolder_Works()
    {
        Directory.CreateSymbolicLink(folder.PathOf("linked"), folder.PathOf("karlo"));

        Assert.Equal(0, DifferenceToPlain("linked"));
    }

    [Fact]
    public void Open_LinkedSnapshotOfAHubCache_FollowsItsRelativeLinks()
    {
        Directory.CreateDirectory(folder.PathOf("hub/blobs"));
        Directory.CreateDirectory(folder.PathOf("hub/snapshots"));
        Directory.Move(folder.PathOf("karlo"), folder.PathOf("hub/snapshots/abc"));
        foreach (var (file, number) in Directory.GetFiles(folder.PathOf("hub/snapshots/abc"), "*", SearchOption.AllDirectories).Select((file, number) => (file, number)))
        {
            var blob = folder.PathOf($"hub/blobs/{number}");
            File.Move(file, blob);
            File.CreateSymbolicLink(file, Path.GetRelativePath(Path.GetDirectoryName(file)!, blob));
        }

        // From elsewhere, and through a second link.
        Directory.CreateDirectory(folder.PathOf("models/of/ours"));
        Directory.CreateSymbolicLink(folder.PathOf("latest"), "hub/snapshots/abc");
        Directory.CreateSymbolicLink(folder.PathOf("models/of/ours/linked"), "../../../latest");

        Assert.Equal(0, DifferenceToPlain("models/of/ours/linked"));
        Assert.True(ModelFiles.LengthAndTime(folder.PathOf($"models/of/ours/linked/prior/{WeightsName}")).Length > 0);
    }

    [Theory]
    [InlineData("loop/file", "loop/file")]
    [InlineData("missing/file", "missing/file")]
    [InlineData("up/../karlo", "karlo")]
    public void RealPath_LinksThatLeadNowhere_AreKept(string path, string expected)
    {
        Directory.CreateSymbolicLink(folder.PathOf("loop"), "loop");

        Assert.EndsWith(expected, RealPath.Of(folder.PathOf(path)), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Shards_RunAsOneFileDoes()
    {
        SplitIntoShards("shard-1.safetensors", "shard-2.safetensors");

        Assert.Equal(0, DifferenceToPlain());
    }

    [Fact]
    public void Open_ShardsInSeveralFolders_UseTheCommonAncestor()
    {
        SplitIntoShards("shard-1.safetensors", "shard-2.safetensors");
        foreach (var number in new[] { 1, 2 })
        {
            var shard = folder.PathOf($"karlo/prior/shard-{number}.safetensors");
            Directory.CreateDirectory(folder.PathOf($"blobs/{number}"));
            File.Move(shard, folder.PathOf($"blobs/{number}/blob"));
            File.CreateSymbolicLink(shard, folder.PathOf($"blobs/{number}/blob"));
        }

        Assert.Equal(0, DifferenceToPlain());
        Assert.Equal(folder.PathOf("blobs"), ComponentWeights.Open(folder.PathOf("karlo/prior")).Folder);
    }

    [Theory]
    [InlineData("../decoder/diffusion_pytorch_model.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/shard.safetensors")]
    [InlineData("C:shard.safetensors")]
    [InlineData("..\\shard.safetensors")]
    [InlineData("")]
    [InlineData("..")]
    public void Open_IndexNamesAnotherPlace_IsRefused(string shard)
    {
        File.Delete(Weights);
        WriteIndex(new Dictionary<string, string> { ["proj_in.weight"] = shard });

        var fault = Assert.Throws<ModelException>(() => ComponentWeights.Open(folder.PathOf("karlo/prior")));

        Assert.Contains("which is not a .safetensors file next to it", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ShardLacksATensor_SaysWhich()
    {
        SplitIntoShards("shard-1.safetensors", "shard-2.safetensors");
        WriteIndex(new Dictionary<string, string> { ["nowhere"] = "shard-1.safetensors" });

        var fault = Assert.Throws<ModelException>(() => ComponentWeights.Open(folder.PathOf("karlo/prior")));

        Assert.Contains("shard-1.safetensors lacks the tensor 'nowhere'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TensorInTwoShards_SaysWhich()
    {
        File.Copy(Weights, folder.PathOf("karlo/prior/a.safetensors"));
        File.Move(Weights, folder.PathOf("karlo/prior/b.safetensors"));
        WriteIndex(new Dictionary<string, string> { ["proj_in.weight"] = "a.safetensors", ["proj_in.bias"] = "b.safetensors" });

        Assert.Contains("is in two shards", Assert.Throws<ModelException>(() => ComponentWeights.Open(folder.PathOf("karlo/prior"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OnlyPickles_RefusesThem()
    {
        File.Move(Weights, folder.PathOf("karlo/prior/diffusion_pytorch_model.bin"));

        Assert.Contains("only as pickles", Assert.Throws<ModelException>(() => ComponentWeights.Open(folder.PathOf("karlo/prior"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("diffusion_pytorch_model.fp16.safetensors")]
    [InlineData("diffusion_pytorch_model.bf16.safetensors")]
    [InlineData("diffusion_pytorch_model.non_ema.safetensors")]
    [InlineData("model.non_ema.safetensors")]
    public void Open_VariantName_IsRecognised(string name)
    {
        File.Move(Weights, folder.PathOf($"karlo/prior/{name}"));

        Assert.Equal(0, DifferenceToPlain());
    }

    [Fact]
    public void Open_SeveralVariants_TakesFullPrecisionFirst()
    {
        foreach (var variant in new[] { "bf16", "fp16", "non_ema" })
        {
            File.WriteAllText(folder.PathOf($"karlo/prior/diffusion_pytorch_model.{variant}.safetensors"), "not read");
        }

        Assert.Equal(0, DifferenceToPlain());
    }

    [Fact]
    public void Open_UnknownVariant_SaysWhatItFound()
    {
        File.Move(Weights, folder.PathOf("karlo/prior/diffusion_pytorch_model.int4.safetensors"));

        var fault = Assert.Throws<ModelException>(() => ComponentWeights.Open(folder.PathOf("karlo/prior")));

        Assert.Contains("has diffusion_pytorch_model.int4.safetensors, which is not a name the engine knows", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Rename the file", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>Weights rounded to 11 (fp16) or 8 (bf16) bits, arithmetic in float32: the error is that of the weights.</summary>
    [Theory]
    [InlineData("prior", "F16", 2e-3)]
    [InlineData("prior", "BF16", 2e-2)]
    [InlineData("decoder", "F16", 5e-3)]
    [InlineData("decoder", "BF16", 5e-2)]
    [InlineData("super_res_first", "F16", 5e-3)]
    [InlineData("text_encoder", "F16", 5e-3)]
    [InlineData("text_encoder", "BF16", 5e-2)]
    [InlineData("image_encoder", "BF16", 5e-2)]
    [InlineData("text_proj", "BF16", 5e-2)]
    public void Run_HalfPrecisionWeights_AgreeWithFullOnes(string network, string type, double tolerance)
    {
        var name = Directory.EnumerateFiles(folder.PathOf($"karlo/{network}"), "*.safetensors").Single();
        HalfPrecision.Convert(name, name.Replace(".safetensors", ".fp16.safetensors", StringComparison.Ordinal), type);
        File.Delete(name);

        using var opened = NetworkRunner.Open(folder.PathOf("karlo"), network, Fixtures.Cpu);
        var actual = opened.Run(Fixtures.Inputs(network), TestContext.Current.CancellationToken);

        foreach (var (outputName, expected) in Fixtures.Outputs(network))
        {
            var difference = Fixtures.Difference(expected, actual[outputName]);
            TestContext.Current.TestOutputHelper!.WriteLine($"{network}.{outputName} {type}: {difference:E2}");
            Assert.InRange(difference, 0, tolerance);
        }
    }

    private float DifferenceToPlain(string model = "karlo")
    {
        using var plain = Fixtures.Open("prior");
        using var other = NetworkRunner.Open(folder.PathOf(model), "prior", Fixtures.Cpu);
        var inputs = Fixtures.Inputs("prior");
        return Fixtures.Difference(
            plain.Run(inputs, TestContext.Current.CancellationToken)[NetworkNames.PredictedImageEmbedding],
            other.Run(inputs, TestContext.Current.CancellationToken)[NetworkNames.PredictedImageEmbedding]);
    }

    private void SplitIntoShards(params string[] names)
    {
        var tensors = NetworkRunner.ReadTensors(Weights);
        var map = tensors.Keys.Order(StringComparer.Ordinal).Select((name, index) => (name, shard: names[index % names.Length])).ToDictionary(pair => pair.name, pair => pair.shard);
        foreach (var shard in names)
        {
            SafetensorsWriter.Write(
                folder.PathOf($"karlo/prior/{shard}"),
                tensors.Where(pair => map[pair.Key] == shard).ToDictionary(pair => pair.Key, pair => pair.Value));
        }

        File.Delete(Weights);
        WriteIndex(map);
    }

    private void WriteIndex(Dictionary<string, string> map) => File.WriteAllText(
        Weights + ".index.json", JsonSerializer.Serialize(new Dictionary<string, object> { ["metadata"] = new { total_size = 1 }, ["weight_map"] = map }));
}
