using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx.Tests.Sessions;

public sealed class GraphCacheTests : IDisposable
{
    private const string Network = "decoder";
    private const string Weights = "karlo/decoder/diffusion_pytorch_model.safetensors";

    private readonly TemporaryFolder folder = new();

    public GraphCacheTests() => folder.Copy(Fixtures.TinyModel, "karlo");

    private string[] Entries => Directory.Exists(folder.PathOf("cache")) ? Directory.GetDirectories(folder.PathOf("cache")) : [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_SecondStart_ReadsTheEntryAndGivesTheSameBits()
    {
        var expected = Run(cache: "");
        var first = Run();
        var entry = Assert.Single(Entries);
        var written = Directory.GetLastWriteTimeUtc(entry);

        var second = Run();

        Assert.Equal(entry, Assert.Single(Entries));
        Assert.Equal(written, Directory.GetLastWriteTimeUtc(entry));
        Assert.Equal(expected, first);
        Assert.Equal(expected, second);
    }

    [Theory]
    [InlineData("graph.onnx", 0)]
    [InlineData("graph.onnx", 100)]
    [InlineData("graph.onnx.data", 0)]
    [InlineData("graph.onnx.data", 5000)]
    public void Run_DamagedEntry_IsMadeAgain(string file, int length)
    {
        var expected = Run();
        var path = Path.Combine(Assert.Single(Entries), file);
        var whole = new FileInfo(path).Length;
        using (var stream = File.OpenWrite(path))
        {
            stream.SetLength(length);
        }

        Assert.Equal(expected, Run());

        Assert.Equal(whole, new FileInfo(path).Length);
    }

    [Fact]
    public void Run_MissingWeightsOfTheEntry_IsMadeAgain()
    {
        var expected = Run();
        File.Delete(Path.Combine(Assert.Single(Entries), "graph.onnx.data"));

        Assert.Equal(expected, Run());

        Assert.True(File.Exists(Path.Combine(Assert.Single(Entries), "graph.onnx.data")));
    }

    [Fact]
    public void Run_AnotherCheckpoint_ReplacesTheEntry()
    {
        var expected = Run();
        var entry = Assert.Single(Entries);
        var bytes = File.ReadAllBytes(folder.PathOf(Weights));
        bytes[^1] ^= 0x40;
        File.WriteAllBytes(folder.PathOf(Weights), bytes);

        var actual = Run();

        Assert.NotEqual(expected, actual);
        Assert.NotEqual(entry, Assert.Single(Entries));
    }

    [Fact]
    public void Key_OfAnotherRuntimeProcessorGraphOrCheckpoint_IsAnother()
    {
        string[] keys =
        [
            GraphCache.Key([1, 2], ["a", "b"], "1.31.1 avx2"), GraphCache.Key([1, 2], ["a", "b"], "1.32.0 avx2"), GraphCache.Key([1, 2], ["a", "b"], "1.31.1 avx512f"),
            GraphCache.Key([1, 3], ["a", "b"], "1.31.1 avx2"), GraphCache.Key([1, 2], ["a", "c"], "1.31.1 avx2"),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[0], GraphCache.Key([1, 2], ["a", "b"], "1.31.1 avx2"));
    }

    [Fact]
    public void Run_SeveralAtOnce_LeaveOneEntry()
    {
        var expected = Run(cache: "");
        var results = new float[4][];

        Parallel.For(0, results.Length, index => results[index] = Run());

        Assert.All(results, result => Assert.Equal(expected, result));
        Assert.DoesNotContain(".tmp-", Assert.Single(Entries), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FolderThatCannotBeMade_RunsWithoutIt()
    {
        var expected = Run(cache: "");
        File.WriteAllText(folder.PathOf("file"), "");

        Assert.Equal(expected, Run(cache: "file/below"));
    }

    private float[] Run(string cache = "cache")
    {
        var options = new InferenceOptions { ExecutionProvider = "Cpu", Threads = 2, GraphCache = cache.Length > 0 ? folder.PathOf(cache) : "" };
        using var network = NetworkRunner.Open(folder.PathOf("karlo"), Network, new ExecutionProviders(options));
        return network.Run(Fixtures.Inputs(Network), TestContext.Current.CancellationToken)[NetworkNames.Sample].Floats;
    }
}
