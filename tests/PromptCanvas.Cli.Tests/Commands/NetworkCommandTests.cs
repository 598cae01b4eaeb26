using PromptCanvas.Diffusion.Onnx;

namespace PromptCanvas.Cli.Tests.Commands;

public sealed class NetworkCommandTests : IDisposable
{
    private const double Tolerance = 1e-4;

    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("text_encoder", "text_embeds")]
    [InlineData("prior", "predicted_image_embedding")]
    [InlineData("decoder", "sample")]
    [InlineData("super_res_last", "sample")]
    public async Task Network_GoldenInputs_WritesTheGoldenOutputs(string network, string output)
    {
        var golden = CommandLine.Golden;

        var outcome = await CommandLine.RunAsync(
            "network", network, "--model", CommandLine.UnClipTiny,
            "--inputs", Path.Combine(golden, $"{network}.inputs.safetensors"), "--outputs", folder.File("out.safetensors"));

        Assert.Equal("", outcome.Error);
        Assert.Equal(0, outcome.ExitCode);
        var expected = NetworkRunner.ReadTensors(Path.Combine(golden, $"{network}.outputs.safetensors"))[output];
        var actual = NetworkRunner.ReadTensors(folder.File("out.safetensors"))[output];
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.All(expected.Floats.Zip(actual.Floats), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
    }

    [Fact]
    public async Task Network_UnknownName_IsBadInput()
    {
        var outcome = await CommandLine.RunAsync(
            "network", "nope", "--model", CommandLine.UnClipTiny,
            "--inputs", Path.Combine(CommandLine.Golden, "prior.inputs.safetensors"), "--outputs", folder.File("out.safetensors"));

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("nope", outcome.OneLine, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("out.safetensors")));
    }

    [Fact]
    public async Task Network_InputsOfAnotherNetwork_IsBadInput()
    {
        var outcome = await CommandLine.RunAsync(
            "network", "decoder", "--model", CommandLine.UnClipTiny,
            "--inputs", Path.Combine(CommandLine.Golden, "prior.inputs.safetensors"), "--outputs", folder.File("out.safetensors"));

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("sample", outcome.OneLine, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();
}
