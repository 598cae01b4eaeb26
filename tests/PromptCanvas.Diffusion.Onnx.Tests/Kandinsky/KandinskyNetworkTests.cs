namespace PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

/// <summary>Every network of Kandinsky 2.2 against golden outputs.</summary>
public sealed class KandinskyNetworkTests(KandinskyAssets assets, ITestOutputHelper output)
{
    /// <summary>The folder, the network, and the name of its golden files.</summary>
    public static TheoryData<string, string, string> Networks { get; } = new()
    {
        { "prior", "text_encoder", "text_encoder" },
        { "prior", "image_encoder", "image_encoder" },
        { "prior", "prior", "prior" },
        { "decoder", "unet", "unet" },
        { "decoder", "movq_encoder", "movq_encoder" },
        { "decoder", "movq_decoder", "movq_decoder" },
        { "decoder-inpaint", "unet", "unet_inpaint" },
        { "decoder-inpaint", "movq_encoder", "movq_inpaint_encoder" },
        { "decoder-inpaint", "movq_decoder", "movq_inpaint_decoder" },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Run_GoldenInputs_AgreesWithGoldenOutputs(string folder, string name, string golden)
    {
        using var network = NetworkRunner.Open(assets.Folder(folder), name, Fixtures.Cpu);

        var actual = network.Run(KandinskyFixture.Golden($"{golden}.inputs"), TestContext.Current.CancellationToken);

        var expected = KandinskyFixture.Golden($"{golden}.outputs");
        foreach (var (outputName, tensor) in actual)
        {
            var difference = Fixtures.Difference(expected[outputName], tensor);
            output.WriteLine($"{golden}.{outputName}: {difference:E2}");
            Assert.True(difference <= 1e-4f, $"{outputName} differs by {difference}");
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Run_RowAloneOrInCompany_IsTheSameBitForBit(string folder, string name, string golden)
    {
        using var network = NetworkRunner.Open(assets.Folder(folder), name, Fixtures.Cpu);
        var inputs = KandinskyFixture.Golden($"{golden}.inputs");

        var batch = network.Run(Fixtures.Rows(inputs, 1, 0, 1, 1, 0), TestContext.Current.CancellationToken);
        var alone = network.Run(Fixtures.Rows(inputs, 0), TestContext.Current.CancellationToken);

        foreach (var (outputName, tensor) in alone)
        {
            Assert.Equal(tensor.Floats, Fixtures.Rows(batch[outputName], 4).Floats);
        }
    }
}
