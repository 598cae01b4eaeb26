using PromptCanvas.Diffusion.Onnx.Graphs;
using PromptCanvas.Diffusion.Onnx.Memory;
using PromptCanvas.Diffusion.Onnx.Sessions;
using PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

namespace PromptCanvas.Diffusion.Onnx.Tests;

/// <summary>A model that cannot fit into the machine's memory is refused before any of its weights are read.</summary>
public sealed class ModelFitTests : IDisposable
{
    private const string Name = "karlo";

    private readonly TemporaryFolder models = new();
    private readonly string folder;

    public ModelFitTests()
    {
        models.Copy(Fixtures.TinyModel, Name);
        folder = models.PathOf(Name);

        // Its linear layers are large enough for 8-bit weights, and it is the largest network.
        models.Edit($"{Name}/prior/config.json", "num_attention_heads", 8);
        models.Edit($"{Name}/prior/config.json", "attention_head_dim", 64);
        foreach (var weights in Directory.EnumerateFiles(models.PathOf($"{Name}/prior"), "*.safetensors"))
        {
            File.Delete(weights);
        }

        SeededFolder.Component(
            folder,
            "prior",
            File.ReadAllText(models.PathOf($"{Name}/prior/config.json")),
            config => PriorTransformer.Build(PriorConfig.Read(config)),
            "diffusion_pytorch_model.safetensors",
            "wide");
    }

    private long Floats => OnnxModelLibrary.Needs(folder).Least;

    private long Bytes => OnnxModelLibrary.Needs(folder, precision: InferencePrecision.Int8).Least;

    public void Dispose() => models.Dispose();

    [Fact]
    public void OpenFolder_ModelThatDoesNotFit_IsRefusedWithWhatWouldMakeItFit()
    {
        using var library = Library(Floats - 1, InferencePrecision.Auto);

        var fault = Assert.Throws<ModelException>(() => library.OpenFolder(folder));

        Assert.StartsWith("karlo cannot run on this machine: its largest network needs", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith("give it more, or set Inference:Precision to Int8, or choose a smaller model.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenFolder_ModelThatJustFits_Opens()
    {
        using var library = Library(Floats, InferencePrecision.Auto);

        Assert.Equal(Name, library.OpenFolder(folder).Name);
    }

    /// <summary>What the refusal advises helps.</summary>
    [Fact]
    public void OpenFolder_ModelThatFitsWithEightBitWeights_OpensWithThem()
    {
        Assert.True(Bytes < Floats);
        using var library = Library(Bytes, InferencePrecision.Int8);

        Assert.Equal(Name, library.OpenFolder(folder).Name);
    }

    /// <summary>A process without engines checks requests for models that run elsewhere.</summary>
    [Fact]
    public void OpenFolder_WhereNothingRuns_OpensWhatDoesNotFit()
    {
        using var library = Library(1, InferencePrecision.Auto, opensTooLarge: true);

        Assert.Equal(Name, library.OpenFolder(folder).Name);
    }

    private OnnxModelLibrary Library(long memory, InferencePrecision precision, bool opensTooLarge = false) =>
        new(models.Path, Name, new InferenceOptions { ExecutionProvider = ProviderNames.Cpu, Threads = 1, GraphCache = "", Precision = precision })
        {
            Memory = new FixedMemory(memory),
            OpensTooLarge = opensTooLarge,
        };

    private sealed record FixedMemory(long Total) : IMachineMemory
    {
        public long Resident => 0;

        public void Trim()
        {
        }
    }
}
