using System.ComponentModel.DataAnnotations;
using System.Runtime.InteropServices;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx.Tests.Sessions;

public sealed class ExecutionProvidersTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("Cpu")]
    [InlineData("cpu")]
    public void Run_Cpu_GivesNoWarning(string setting)
    {
        var warnings = RunTwoNetworks(setting);

        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData("Cpu", 0, false, "CPU")]
    [InlineData("Cuda", 0, false, "CUDA GPU")]
    [InlineData("Cuda", 0, true, "CUDA GPU 0")]
    [InlineData("Cuda", 1, false, "CUDA GPU 1")]
    [InlineData("/opt/npu.so", 0, false, "npu.so")]
    public void Name_OfADevice_IsTheOneThatRuns(string setting, int index, bool isOneOfSeveral, string name) =>
        Assert.Equal(name, new ExecutionProviders(new InferenceOptions(), new InferenceDevice(setting, index), null).Name(isOneOfSeveral));

    [Fact]
    public void Name_OfAuto_IsCudaOnlyWhereTheBuildHasIt()
    {
        var hasCuda = OrtEnvironment.Get(0).GetAvailableProviders().Contains("CUDAExecutionProvider");

        Assert.Equal(hasCuda ? "CUDA GPU" : "CPU", new ExecutionProviders(new InferenceOptions()).Name(isOneOfSeveral: false));
    }

    [Fact]
    public void Run_LibraryThatIsNoProvider_WarnsOnceAndUsesTheCpu()
    {
        var path = folder.PathOf("provider.so");
        File.WriteAllText(path, "no library");

        var warnings = RunTwoNetworks(path);

        AssertFellBack(path, warnings);
    }

    [Fact]
    public void Run_LoadableLibraryWithoutAProvider_WarnsOnceAndUsesTheCpu()
    {
        // A real shared library of this system, which has none of a provider's entry points.
        var path = Directory.EnumerateFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*System.Native.*").First(name => !name.EndsWith(".a", StringComparison.Ordinal));

        AssertFellBack(path, RunTwoNetworks(path));
    }

    [Fact]
    public void Run_LibraryRemovedAfterTheStart_WarnsOnceAndUsesTheCpu()
    {
        var path = folder.PathOf("removed.so");

        AssertFellBack(path, RunTwoNetworks(path));
    }

    [Fact]
    public void Run_Auto_SaysOnceThatTheCpuRunsAndWhy()
    {
        Assert.SkipWhen(OrtEnvironment.Get(0).GetAvailableProviders().Contains("CUDAExecutionProvider"), "This build has CUDA.");

        var notice = Assert.Single(RunTwoNetworks("Auto"));
        Assert.False(notice.IsFault);
        Assert.Contains("The CPU runs the networks", notice.Text, StringComparison.Ordinal);
        Assert.Contains("no CUDA", notice.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', notice.Text);
    }

    [Fact]
    public void Run_CudaOnABuildWithoutIt_WarnsOnceAndUsesTheCpu()
    {
        Assert.SkipWhen(OrtEnvironment.Get(0).GetAvailableProviders().Contains("CUDAExecutionProvider"), "This build has CUDA.");

        AssertFellBack("Cuda", RunTwoNetworks("Cuda"));
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

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:0,")]
    [InlineData("cpu:0")]
    public void ThrowIfInvalid_DevicesThatAreNone_Throws(string devices)
    {
        var options = new InferenceOptions { Devices = devices };

        var fault = Assert.Throws<ValidationException>(options.ThrowIfInvalid);
        Assert.Contains(devices, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", new[] { "Auto:0" })]
    [InlineData("cuda:0,cuda:1", new[] { "Cuda:0", "Cuda:1" })]
    [InlineData(" CUDA , cpu,cpu", new[] { "Cuda:0", "Cpu:0", "Cpu:0" })]
    public void EngineDevices_AList_IsReadInOrder(string devices, string[] expected)
    {
        var options = new InferenceOptions { Devices = devices };

        options.ThrowIfInvalid();
        Assert.Equal(expected, options.EngineDevices().Select(device => $"{device.Provider}:{device.Index}"));
    }

    [Fact]
    public void ThrowIfInvalid_Defaults_AreValid() => new InferenceOptions().ThrowIfInvalid();

    private static void AssertFellBack(string setting, List<ProviderNotice> notices)
    {
        var notice = Assert.Single(notices);
        Assert.True(notice.IsFault);
        Assert.Contains(setting, notice.Text, StringComparison.Ordinal);
        Assert.Contains("the CPU runs the networks", notice.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', notice.Text);
    }

    private static List<ProviderNotice> RunTwoNetworks(string setting)
    {
        var warnings = new List<ProviderNotice>();
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
