using Microsoft.ML.OnnxRuntime;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Graphs;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx.Tests.Sessions;

/// <summary>The GPU code paths that can be tested on a CPU: settings, 16-bit graphs, rows in buckets, one session's fall-back.</summary>
public sealed class GpuTests
{
    [Fact]
    public void ToProvider_Defaults_AreSaidExplicitly() => Assert.Equal(
        new Dictionary<string, string>
        {
            ["device_id"] = "1",
            ["cudnn_conv_algo_search"] = "HEURISTIC",
            ["use_tf32"] = "1",
            ["prefer_nhwc"] = "0",
            ["arena_extend_strategy"] = "kSameAsRequested",
        },
        new GpuOptions().ToProvider(1));

    [Fact]
    public void ToProvider_EverySettingChanged_IsPassedOn() => Assert.Equal(
        new Dictionary<string, string>
        {
            ["device_id"] = "0",
            ["cudnn_conv_algo_search"] = "EXHAUSTIVE",
            ["use_tf32"] = "0",
            ["prefer_nhwc"] = "1",
            ["arena_extend_strategy"] = "kNextPowerOfTwo",
            ["gpu_mem_limit"] = "7500000000",
        },
        new GpuOptions
        {
            ConvolutionSearch = ConvolutionSearch.Exhaustive,
            Tf32 = false,
            ChannelsLast = true,
            GrowsAsRequested = false,
            MemoryMegabytes = 7500,
        }.ToProvider(0));

    [Fact]
    public void FirstMissing_NoCudnn_NamesTheFileAndThePackage()
    {
        Assert.Equal(
            "libcudnn.so.9 cannot be loaded: install cuDNN 9 (docs/gpu.md has the list)",
            CudaLibraries.FirstMissing(file => !file.StartsWith("libcudnn", StringComparison.Ordinal)));
        Assert.Null(CudaLibraries.FirstMissing(_ => true));
    }

    /// <summary>A network in 16-bit floats against the reference in 32: eleven bits of each factor, sums of the processor's own.</summary>
    [Theory]
    [InlineData("prior", 5e-3)]
    [InlineData("decoder", 1e-2)]
    [InlineData("super_res_first", 1e-2)]
    [InlineData("text_encoder", 2e-2)]
    [InlineData("image_encoder", 2e-2)]
    [InlineData("text_proj", 1e-2)]
    public void ToModel_Half_AgreesWithFloatsToItsPrecision(string name, double tolerance)
    {
        var outputs = RunHalf(name, out var types);

        foreach (var (outputName, expected) in Fixtures.Outputs(name))
        {
            var largest = expected.Floats.Max(MathF.Abs);
            var difference = Fixtures.Difference(expected, outputs[outputName]);
            TestContext.Current.TestOutputHelper!.WriteLine($"{name}.{outputName}: {difference:E2} of {largest:0.00}");
            Assert.InRange(difference, 1e-7, tolerance * Math.Max(1, largest));
        }

        Assert.Contains(types, type => type is "MatMul" or "Conv");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 4)]
    [InlineData(5, 8)]
    [InlineData(8, 8)]
    public void Of_Rows_IsTheNextPowerOfTwo(int rows, int expected) => Assert.Equal(expected, RowBuckets.Of(rows));

    [Fact]
    public void Run_ThreeRowsOnAnAccelerator_AreFilledUpAndCutAgain()
    {
        using var plain = Fixtures.Open("decoder");
        using var bucketed = NetworkRunner.Open(Fixtures.TinyModel, "decoder", Accelerated());
        var inputs = Fixtures.Rows(Fixtures.Inputs("decoder"), 0, 1, 0);

        var expected = plain.Run(inputs, TestContext.Current.CancellationToken);
        var actual = bucketed.Run(inputs, TestContext.Current.CancellationToken);

        Assert.Equal(expected[NetworkNames.Sample].Shape, actual[NetworkNames.Sample].Shape);
        Assert.Equal(expected[NetworkNames.Sample].Floats, actual[NetworkNames.Sample].Floats);
        var filled = RowBuckets.Fill(inputs, 4);
        Assert.All(filled.Values, tensor => Assert.Equal(4, tensor.Rows));
        Assert.Equal(filled[NetworkNames.Sample].FloatRow(2), filled[NetworkNames.Sample].FloatRow(3));
    }

    [Fact]
    public void CreateSession_NoMemoryOnTheDevice_FreesIdleStagesAndTriesAgain()
    {
        var notices = new List<ProviderNotice>();
        var providers = Accelerated(notices.Add);
        var (freed, tries) = (0, 0);

        using var session = providers.CreateSession(
            _ => throw new InvalidOperationException("The CPU was not asked for."),
            accelerated: options => ++tries == 1 ? throw new ArgumentException("out of memory") : Tiny(options),
            freeMemory: () => ++freed == 1,
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((1, 2), (freed, tries));
        Assert.Empty(notices);
    }

    [Fact]
    public void CreateSession_NoMemoryAfterFreeing_FallsBackForItselfOnly()
    {
        var notices = new List<ProviderNotice>();
        var providers = Accelerated(notices.Add);
        var onDevice = 0;

        using var first = providers.CreateSession(
            Tiny,
            accelerated: _ => throw new ArgumentException("out of memory"),
            freeMemory: () => true,
            cancellationToken: TestContext.Current.CancellationToken);
        using var second = providers.CreateSession(
            Tiny,
            accelerated: options =>
            {
                onDevice++;
                return Tiny(options);
            },
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(1, onDevice);
        var notice = Assert.Single(notices);
        Assert.True(notice.IsFault);
        Assert.Contains("cannot take a network, so the CPU runs that one: out of memory", notice.Text, StringComparison.Ordinal);
    }

    /// <summary>The processor in an accelerator's place.</summary>
    private static ExecutionProviders Accelerated(Action<ProviderNotice>? report = null) =>
        new(new InferenceOptions { ExecutionProvider = "Cuda", Precision = InferencePrecision.Fp32, Threads = 2 }, report) { Append = _ => { } };

    private static InferenceSession Tiny(SessionOptions options)
    {
        var graph = new GraphBuilder();
        graph.Output("y", graph.Activate(Activation.Silu, graph.Input("x", Dimension.Batch, 4)), Dimension.Batch, 4);
        return new InferenceSession(graph.Finish().ToModelWithWeightInputs(), options);
    }

    private static Dictionary<string, NetworkTensor> RunHalf(string name, out HashSet<string> halfOperators)
    {
        var folder = DiffusersFolder.Open(Fixtures.TinyModel);
        var graph = new ComponentReader(folder, Fixtures.Cpu).GraphOf(name);
        var weights = folder.Weights(name);
        var model = graph.ToModel(weights, half: true);
        halfOperators = Protos.ModelProto.Parser.ParseFrom(model).Graph.Node
            .Where(node => node.Input.Any(input => input.EndsWith(":16", StringComparison.Ordinal)))
            .Select(node => node.OpType)
            .ToHashSet(StringComparer.Ordinal);
        using var session = Fixtures.Cpu.CreateSession(options =>
        {
            options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", weights.Folder);
            return new InferenceSession(model, options);
        });
        using var run = new RunOptions();
        var inputs = Fixtures.Inputs(name);
        var values = inputs.ToDictionary(input => input.Key, input => Wrap(input.Value), StringComparer.Ordinal);
        string[] names = [.. graph.Outputs.Select(output => output.Name)];
        using var outputs = session.Run(run, values, [.. names.Select(NetworkGraph.OutputName)]);
        return names.Select((output, index) => (output, outputs[index])).ToDictionary(
            pair => pair.output,
            pair => NetworkTensor.Float32(pair.Item2.GetTensorDataAsSpan<float>().ToArray(), [.. pair.Item2.GetTensorTypeAndShape().Shape.Select(size => (int)size)]),
            StringComparer.Ordinal);
    }

    private static OrtValue Wrap(NetworkTensor tensor)
    {
        long[] shape = [.. tensor.Shape.Select(size => (long)size)];
        return tensor.IsFloat
            ? OrtValue.CreateTensorValueFromMemory(tensor.Floats, shape)
            : OrtValue.CreateTensorValueFromMemory(tensor.Integers, shape);
    }
}
