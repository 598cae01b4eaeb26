using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;
using PromptCanvas.Diffusion.Onnx.Sessions;
using PromptCanvas.Diffusion.Onnx.Tests.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Tests.Graphs;

namespace PromptCanvas.Diffusion.Onnx.Tests.Sessions;

/// <summary>The forms in which a graph cache keeps weights: plain, packed, converted from 16 bits, quantised to 8.</summary>
public sealed class GraphFormsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public GraphFormsTests() => folder.Copy(Fixtures.TinyModel, "karlo");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_PackedEntry_GivesTheSameBitsAtEveryStart()
    {
        // Every linear layer has more than 1 MiB.
        var graph = PriorTransformer.Build(new PriorConfig(8, 72, 1, 512, 8, 576));
        Directory.CreateDirectory(folder.PathOf("wide"));
        using var plain = RandomWeights.Open(graph, folder.PathOf("wide"));
        var inputs = RandomWeights.Inputs(graph, 2, 0);
        var expected = Predict(plain, inputs).Floats;
        var weights = new FileInfo(folder.PathOf("wide/model.safetensors")).Length;

        foreach (var packing in new[] { PackedGraphs.Always, PackedGraphs.Always })
        {
            using var packed = new OnnxNetwork(
                "random", graph, ComponentWeights.Open(folder.PathOf("wide")), new ExecutionProviders(Cached() with { PackedGraphs = packing }));
            Assert.Equal(expected, Predict(packed, inputs).Floats);
            var entry = Assert.Single(Entries());
            Assert.Equal(["graph.onnx", "graph.onnx.data"], Directory.EnumerateFileSystemEntries(entry).Select(Path.GetFileName).Order());
            Assert.InRange(new FileInfo(Path.Combine(entry, "graph.onnx.data")).Length, 1.8 * weights, 2.2 * weights);
        }
    }

    /// <summary>The runtime would read their blocks where they are not aligned, and end the process.</summary>
    [Theory]
    [InlineData("prior")]
    [InlineData("decoder")]
    [InlineData("super_res_first")]
    [InlineData("text_encoder")]
    public void Run_LayersTooSmallToBePacked_StayPlain(string name)
    {
        var expected = Run(name, new InferenceOptions());

        var first = Run(name, Cached() with { PackedGraphs = PackedGraphs.Always });
        var second = Run(name, Cached() with { PackedGraphs = PackedGraphs.Always });

        Assert.Equal(expected, first);
        Assert.Equal(expected, second);
        Assert.Equal(["graph.onnx", "graph.onnx.data"], Directory.EnumerateFileSystemEntries(Assert.Single(Entries())).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("prior", "F16", PackedGraphs.Never)]
    [InlineData("prior", "F16", PackedGraphs.Always)]
    [InlineData("decoder", "BF16", PackedGraphs.Never)]
    [InlineData("text_encoder", "F16", PackedGraphs.Always)]
    public void Run_SixteenBitFile_IsConvertedOnceAndGivesTheSameBits(string name, string type, PackedGraphs packing)
    {
        var file = Directory.EnumerateFiles(folder.PathOf($"karlo/{name}"), "*.safetensors").Single();
        HalfPrecision.Convert(file, file.Replace(".safetensors", ".fp16.safetensors", StringComparison.Ordinal), type);
        File.Delete(file);
        var expected = Run(name, new InferenceOptions());

        var first = Run(name, Cached() with { PackedGraphs = packing });
        var second = Run(name, Cached() with { PackedGraphs = packing });

        Assert.Equal(expected, first);
        Assert.Equal(expected, second);
        Assert.Equal(["graph.onnx", "graph.onnx.data"], Directory.EnumerateFileSystemEntries(Assert.Single(Entries())).Select(Path.GetFileName).Order());
    }

    /// <summary>A transformer as wide as a quarter of Karlo's: 8 bits in blocks of 64 leave an error of less than one hundredth.</summary>
    [Fact]
    public void Run_Int8_IsCloseToFloatsAndKeepsRowsApart()
    {
        var graph = PriorTransformer.Build(new PriorConfig(8, 64, 2, 192, 16, 512));
        Directory.CreateDirectory(folder.PathOf("wide"));
        using var floats = RandomWeights.Open(graph, folder.PathOf("wide"));
        using var bytes = new OnnxNetwork(
            "random",
            graph,
            ComponentWeights.Open(folder.PathOf("wide")),
            new ExecutionProviders(Cached() with { Precision = InferencePrecision.Int8 }));
        var inputs = RandomWeights.Inputs(graph, 3, 0);

        var expected = Predict(floats, inputs);
        var actual = Predict(bytes, inputs);
        var alone = Predict(bytes, Fixtures.Rows(inputs, 1));

        var norm = Math.Sqrt(expected.Floats.Sum(value => value * value));
        var error = Math.Sqrt(expected.Floats.Zip(actual.Floats, (left, right) => (left - right) * (left - right)).Sum()) / norm;
        TestContext.Current.TestOutputHelper!.WriteLine($"relative error {error:E2}");
        Assert.InRange(error, 1e-6, 1e-2);
        Assert.Equal(alone.Floats, Fixtures.Rows(actual, 1).Floats);
        Assert.True(
            new FileInfo(Path.Combine(Assert.Single(Entries()), "graph.onnx.data")).Length < new FileInfo(folder.PathOf("wide/model.safetensors")).Length / 2);
    }

    [Fact]
    public void Run_Int8WithoutCache_SaysWhatToSet()
    {
        var fault = Assert.Throws<ModelException>(() => Run("prior", new InferenceOptions { Precision = InferencePrecision.Int8 }));

        Assert.Equal("Inference:Precision is Int8, which keeps its weights in the graph cache: set Inference:GraphCache to a folder.", fault.Message);
    }

    [Fact]
    public void Quantize_Rows_AreWithinHalfAStepOfTheirBlocksLargestValue()
    {
        const int width = 150;
        var random = new Random(3);
        var values = new float[4 * width];
        for (var index = width; index < values.Length; index++)
        {
            values[index] = (float)((random.NextDouble() - 0.5) * Math.Pow(10, index / width));
        }

        var (bytes, scales) = (new byte[4 * 3 * QuantizedLinears.BlockSize], new float[4 * 3]);
        QuantizedLinears.Quantize(values, width, bytes, scales);

        for (var index = 0; index < values.Length; index++)
        {
            var block = (index / width * 3) + (index % width / QuantizedLinears.BlockSize);
            var restored = (bytes[(block * QuantizedLinears.BlockSize) + (index % width % QuantizedLinears.BlockSize)] - QuantizedLinears.Zero) * scales[block];
            Assert.InRange(Math.Abs(restored - values[index]), 0, (scales[block] / 2) + 1e-6f);
        }

        Assert.All(bytes[(2 * QuantizedLinears.BlockSize + 22)..(3 * QuantizedLinears.BlockSize)], filled => Assert.Equal(QuantizedLinears.Zero, filled));
    }

    [Fact]
    public void CreateSession_StoppedBeforeItLoads_IsCancelled()
    {
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        var graph = PriorTransformer.Build(new PriorConfig(2, 8, 1, 16, 4, 16));
        Directory.CreateDirectory(folder.PathOf("stopped"));
        using var network = RandomWeights.Open(graph, folder.PathOf("stopped"));
        var model = graph.ToModel(ComponentWeights.Open(folder.PathOf("stopped")));

        Assert.ThrowsAny<OperationCanceledException>(() => Fixtures.Cpu.CreateSession(
            options =>
            {
                options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", folder.PathOf("stopped"));
                return new Microsoft.ML.OnnxRuntime.InferenceSession(model, options);
            },
            cancellationToken: stopped.Token));
    }

    private static NetworkTensor Predict(OnnxNetwork network, IReadOnlyDictionary<string, NetworkTensor> inputs) =>
        network.Run(inputs, TestContext.Current.CancellationToken)[NetworkNames.PredictedImageEmbedding];

    private InferenceOptions Cached() => new() { ExecutionProvider = "Cpu", Threads = 2, GraphCache = folder.PathOf("cache") };

    private string[] Entries() => Directory.GetDirectories(folder.PathOf("cache"));

    private float[] Run(string name, InferenceOptions options)
    {
        using var network = NetworkRunner.Open(folder.PathOf("karlo"), name, new ExecutionProviders(options with { ExecutionProvider = "Cpu", Threads = 2 }));
        return network.Run(Fixtures.Inputs(name), TestContext.Current.CancellationToken).OrderBy(output => output.Key, StringComparer.Ordinal).First().Value.Floats;
    }
}
