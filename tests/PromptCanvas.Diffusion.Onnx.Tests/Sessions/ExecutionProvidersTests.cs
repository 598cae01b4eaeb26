using System.ComponentModel.DataAnnotations;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx.Tests.Sessions;

public sealed class ExecutionProvidersTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("Cpu")]
    [InlineData("cpu")]
    public void Run_Cpu_WarnsNobody(string setting)
    {
        var warnings = RunTwoNetworks(setting);

        Assert.Empty(warnings);
    }

    [Fact]
    public void Run_LibraryThatIsNoProvider_WarnsOnceAndUsesTheCpu()
    {
        var path = folder.PathOf("provider.so");
        File.WriteAllText(path, "no library");

        var warnings = RunTwoNetworks(path);

        var warning = Assert.Single(warnings);
        Assert.Contains(path, warning, StringComparison.Ordinal);
        Assert.Contains("the CPU runs the networks", warning, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', warning);
    }

    [Fact]
    public void Run_Cuda_WorksOrWarnsOnce()
    {
        var warnings = RunTwoNetworks("Cuda");

        Assert.InRange(warnings.Count, 0, 1);
    }

    [Theory]
    [InlineData("Gpu", 0, 8)]
    [InlineData("", 0, 8)]
    [InlineData("/no/such/library.so", 0, 8)]
    [InlineData("Auto", -1, 8)]
    [InlineData("Auto", 0, 0)]
    [InlineData("Auto", 0, 257)]
    public void ThrowIfInvalid_ValueOutsideItsRange_Throws(string provider, int threads, int maxBatch)
    {
        var options = new InferenceOptions { ExecutionProvider = provider, Threads = threads, MaxBatch = maxBatch };

        Assert.Throws<ValidationException>(options.ThrowIfInvalid);
    }

    [Fact]
    public void ThrowIfInvalid_Defaults_AreValid() => new InferenceOptions().ThrowIfInvalid();

    private static List<string> RunTwoNetworks(string setting)
    {
        var warnings = new List<string>();
        var providers = new ExecutionProviders(new InferenceOptions { ExecutionProvider = setting }, warnings.Add);
        foreach (var name in new[] { "prior", "text_encoder" })
        {
            using var network = NetworkRunner.Open(Fixtures.TinyModel, name, providers);
            var outputs = network.Run(Fixtures.Inputs(name), TestContext.Current.CancellationToken);
            Assert.All(Fixtures.Outputs(name), output => Assert.InRange(Fixtures.Difference(output.Value, outputs[output.Key]), 0, 1e-3));
        }

        return warnings;
    }
}
