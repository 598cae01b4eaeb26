using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.OnnxRuntime;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx.Tests.Sessions;

public sealed class OnnxNetworkTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, NetworkTensor?, string> WrongInputs { get; } = new()
    {
        { "timestep", null, "the input 'timestep' is missing" },
        { "timesteps", NetworkTensor.Int64([1, 2], 2), "there is no input 'timesteps'" },
        { "timestep", NetworkTensor.Float32([1, 2], 2), "holds 64-bit integers" },
        { "timestep", NetworkTensor.Int64([1, 2, 3], 3), "has shape (3) where (B) is expected with B = 2" },
        { "timestep", NetworkTensor.Int64([1, -1], 2), "holds -1" },
        { "sample", NetworkTensor.Float32(new float[2 * 3 * 16 * 18], 2, 3, 16, 18), "H a multiple of 4" },
        { "sample", NetworkTensor.Float32(new float[2 * 4 * 16 * 16], 2, 4, 16, 16), "where (B, 3, H, W) is expected" },
        { "sample", NetworkTensor.Float32(new float[2 * 3 * 256], 2, 3, 256), "where (B, 3, H, W) is expected" },
        { "attention_mask", NetworkTensor.Int64([.. Enumerable.Repeat(2L, 162)], 2, 81), "allowed are 0 to 1" },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(WrongInputs))]
    public void Run_WrongInput_SaysWhich(string name, NetworkTensor? tensor, string expected)
    {
        using var network = Fixtures.Open("decoder");
        var inputs = new Dictionary<string, NetworkTensor>(Fixtures.Inputs("decoder"));
        inputs.Remove(name);
        if (tensor is not null)
        {
            inputs.Add(name, tensor);
        }

        var fault = Assert.Throws<ArgumentException>(() => network.Run(inputs, TestContext.Current.CancellationToken));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_NoRows_IsRefused()
    {
        using var network = Fixtures.Open("decoder");

        Assert.Throws<ArgumentException>(() => network.Run(Fixtures.Rows(Fixtures.Inputs("decoder")), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Run_LargerPicture_Works()
    {
        using var network = Fixtures.Open("super_res_first");

        var outputs = network.Run(
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.Sample] = NetworkTensor.Float32(new float[6 * 48 * 16], 1, 6, 48, 16),
                [NetworkNames.Timestep] = NetworkTensor.Int64([500], 1),
            },
            TestContext.Current.CancellationToken);

        Assert.Equal([1, 3, 48, 16], outputs[NetworkNames.Sample].Shape);
        Assert.All(outputs[NetworkNames.Sample].Floats, value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData("decoder")]
    [InlineData("prior")]
    [InlineData("super_res_first")]
    [InlineData("super_res_last")]
    [InlineData("text_encoder")]
    [InlineData("image_encoder")]
    public void ReleaseScratch_BetweenTwoRuns_ChangesNothing(string name)
    {
        using var network = Fixtures.Open(name);
        var warnings = new List<string>();
        using var heard = new HeardWarnings(warnings);
        var before = network.Run(Fixtures.Inputs(name), TestContext.Current.CancellationToken);

        network.ReleaseScratch(TestContext.Current.CancellationToken);

        var after = network.Run(Fixtures.Inputs(name), TestContext.Current.CancellationToken);
        Assert.All(before, output => Assert.Equal(output.Value.Floats, after[output.Key].Floats));
        Assert.DoesNotContain(warnings, warning => warning.StartsWith(name, StringComparison.Ordinal));
    }

    [Fact]
    public void ReleaseScratch_OfANetworkThatNeverRan_LoadsNothing()
    {
        using var network = Assert.IsType<OnnxNetwork>(Fixtures.Open("decoder"));

        network.ReleaseScratch(TestContext.Current.CancellationToken);

        Assert.False(network.IsLoaded);
    }

    [Fact]
    public void Run_CancelledBefore_LoadsNothing()
    {
        using var network = Assert.IsType<OnnxNetwork>(Fixtures.Open("decoder"));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => network.Run(Fixtures.Inputs("decoder"), cancelled.Token));

        Assert.False(network.IsLoaded);
    }

    [Fact]
    public void Run_CancelledInside_Stops()
    {
        using var network = Fixtures.Open("super_res_first");
        using var cancellation = new CancellationTokenSource();
        var small = Fixtures.Inputs("super_res_first");
        network.Run(small, CancellationToken.None);

        // Seconds of work, cancelled when the last input is passed: after the last check of the token.
        var large = new CancellingInputs(cancellation, "timestep", new Dictionary<string, NetworkTensor>
        {
            [NetworkNames.Sample] = NetworkTensor.Float32(new float[16 * 6 * 512 * 512], 16, 6, 512, 512),
            [NetworkNames.Timestep] = NetworkTensor.Int64(new long[16], 16),
        });
        var fault = Assert.Throws<OperationCanceledException>(() => network.Run(large, cancellation.Token));

        Assert.Equal(cancellation.Token, fault.CancellationToken);
        Assert.IsType<OnnxRuntimeException>(fault.InnerException);
        Assert.NotEmpty(network.Run(small, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Run_StoppedWhileItsLoadDoesNotAnswer_EndsAtOnceAndLoadsAgainLater()
    {
        var inputs = Fixtures.Inputs("decoder");
        using var loading = new SemaphoreSlim(0);
        using var answer = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        var providers = new ExecutionProviders(new InferenceOptions { ExecutionProvider = "Cuda", Precision = InferencePrecision.Fp32, Threads = 2 })
        {
            Append = _ =>
            {
                loading.Release();
                answer.Wait(CancellationToken.None);
            },
        };
        using var network = Assert.IsType<OnnxNetwork>(NetworkRunner.Open(Fixtures.TinyModel, "decoder", providers));
        try
        {
            var run = Task.Run(() => network.Run(inputs, stop.Token), TestContext.Current.CancellationToken);
            await loading.WaitAsync(TestContext.Current.CancellationToken);

            await stop.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
            Assert.False(network.IsLoaded);
        }
        finally
        {
            answer.Set();
        }

        Assert.NotEmpty(network.Run(inputs, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Run_FromSeveralThreads_LoadsOnceAndAgrees()
    {
        using var network = Fixtures.Open("prior");
        var inputs = Fixtures.Inputs("prior");
        var results = new float[8][];

        Parallel.For(0, results.Length, index =>
            results[index] = network.Run(inputs, CancellationToken.None)[NetworkNames.PredictedImageEmbedding].Floats);

        Assert.All(results, result => Assert.Equal(results[0], result));
    }

    [Fact]
    public void Run_WeightsChangedAfterOpening_IsAModelException()
    {
        folder.Copy(Fixtures.TinyModel, "karlo");
        using var network = NetworkRunner.Open(folder.PathOf("karlo"), "prior", Fixtures.Cpu);
        var path = folder.PathOf("karlo/prior/diffusion_pytorch_model.safetensors");
        File.WriteAllBytes(path, File.ReadAllBytes(path).AsSpan(0, 5000));

        var fault = Assert.Throws<ModelException>(() => network.Run(Fixtures.Inputs("prior"), TestContext.Current.CancellationToken));

        Assert.Contains("was changed or removed", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WeightsBackAgain_LoadsAfterAll()
    {
        folder.Copy(Fixtures.TinyModel, "karlo");
        using var network = NetworkRunner.Open(folder.PathOf("karlo"), "prior", Fixtures.Cpu);
        var path = folder.PathOf("karlo/prior/diffusion_pytorch_model.safetensors");
        File.Move(path, path + ".away");
        Assert.Throws<ModelException>(() => network.Run(Fixtures.Inputs("prior"), TestContext.Current.CancellationToken));

        File.Move(path + ".away", path);

        Assert.NotEmpty(network.Run(Fixtures.Inputs("prior"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Run_Files_WritesTheOutputs()
    {
        var target = folder.PathOf("out.safetensors");
        var inputs = Path.Combine(Fixtures.Folder, "unclip-tiny", "golden", "text_encoder.inputs.safetensors");

        NetworkRunner.Run(Fixtures.TinyModel, "text_encoder", inputs, target, Fixtures.Cpu, TestContext.Current.CancellationToken);

        var written = NetworkRunner.ReadTensors(target);
        Assert.Equal(["last_hidden_state", "text_embeds"], written.Keys.Order());
        Assert.InRange(Fixtures.Difference(Fixtures.Outputs("text_encoder")["text_embeds"], written["text_embeds"]), 0, 1e-4);
    }

    [Theory]
    [InlineData("scheduler")]
    [InlineData("super_res_1024")]
    [InlineData("../prior")]
    public void Open_NoSuchNetwork_SaysSo(string name) =>
        Assert.Throws<ModelException>(() => NetworkRunner.Open(Fixtures.TinyModel, name, Fixtures.Cpu));

    /// <summary>Inputs that cancel when one of them is taken.</summary>
    private sealed class CancellingInputs(CancellationTokenSource cancellation, string trigger, Dictionary<string, NetworkTensor> tensors)
        : IReadOnlyDictionary<string, NetworkTensor>
    {
        public IEnumerable<string> Keys => tensors.Keys;

        public IEnumerable<NetworkTensor> Values => tensors.Values;

        public int Count => tensors.Count;

        public NetworkTensor this[string key]
        {
            get
            {
                if (key == trigger)
                {
                    cancellation.Cancel();
                }

                return tensors[key];
            }
        }

        public bool ContainsKey(string key) => tensors.ContainsKey(key);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out NetworkTensor value) => tensors.TryGetValue(key, out value);

        public IEnumerator<KeyValuePair<string, NetworkTensor>> GetEnumerator() => tensors.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class HeardWarnings : System.Diagnostics.TraceListener
    {
        private readonly List<string> warnings;

        public HeardWarnings(List<string> warnings)
        {
            this.warnings = warnings;
            System.Diagnostics.Trace.Listeners.Add(this);
        }

        public override void Write(string? message)
        {
        }

        public override void WriteLine(string? message) => warnings.Add(message ?? "");

        protected override void Dispose(bool disposing)
        {
            System.Diagnostics.Trace.Listeners.Remove(this);
            base.Dispose(disposing);
        }
    }
}
