namespace PromptCanvas.Diffusion.Onnx.Tests.StableUnClip;

/// <summary>Every network that only Stable unCLIP has, against golden outputs.</summary>
public sealed class StableNetworkTests(StableAssets assets, ITestOutputHelper output)
{
    private const float Tolerance = 2e-5f;

    /// <summary>The network, and the name of its golden files.</summary>
    public static TheoryData<string, string> Networks { get; } = new()
    {
        { "unet", "unet" },
        { "unet", "unet_convolution" },
        { "vae_encoder", "vae_encoder" },
        { "vae_decoder", "vae_decoder" },
        { "text_encoder", "text_encoder" },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Run_GoldenInputs_AgreesWithGoldenOutputs(string name, string golden)
    {
        using var network = NetworkRunner.Open(FolderOf(golden), name, Fixtures.Cpu);

        var actual = network.Run(StableAssets.Golden($"{golden}.inputs"), TestContext.Current.CancellationToken);

        var expected = StableAssets.Golden($"{golden}.outputs");
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (var (outputName, tensor) in actual)
        {
            var difference = Fixtures.Difference(expected[outputName], tensor);
            output.WriteLine($"{golden}.{outputName}: {difference:E2} of {expected[outputName].Floats.Max(Math.Abs):F2}");
            Assert.True(difference <= Tolerance, $"{outputName} differs by {difference}");
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Run_RowAloneOrInCompany_IsTheSameBitForBit(string name, string golden)
    {
        using var network = NetworkRunner.Open(FolderOf(golden), name, Fixtures.Cpu);
        var inputs = StableAssets.Golden($"{golden}.inputs");
        var last = inputs.Values.First().Rows - 1;

        var batch = network.Run(Fixtures.Rows(inputs, last, 0, last, last, 0), TestContext.Current.CancellationToken);
        var alone = network.Run(Fixtures.Rows(inputs, 0), TestContext.Current.CancellationToken);

        foreach (var (outputName, tensor) in alone)
        {
            Assert.Equal(tensor.Floats, Fixtures.Rows(batch[outputName], 4).Floats);
        }
    }

    private string FolderOf(string golden) => golden == "unet_convolution" ? assets.ConvolutionFolder : assets.Folder;
}
