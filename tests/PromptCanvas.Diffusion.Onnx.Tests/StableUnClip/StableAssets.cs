using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Sessions;
using PromptCanvas.Diffusion.Schedulers;

[assembly: AssemblyFixture(typeof(PromptCanvas.Diffusion.Onnx.Tests.StableUnClip.StableAssets))]

namespace PromptCanvas.Diffusion.Onnx.Tests.StableUnClip;

/// <summary>Tiny models, written and opened once for all tests, and golden data.</summary>
public sealed class StableAssets : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Lazy<OnnxModelLibrary> library =
        new(() => new OnnxModelLibrary("models", "stable", new InferenceOptions { ExecutionProvider = ProviderNames.Cpu, Threads = 2, GraphCache = "" }));

    private readonly Lazy<string> whole;
    private readonly Lazy<string> picturesOnly;
    private readonly Lazy<string> convolution;

    public StableAssets()
    {
        whole = new Lazy<string>(() => TinyStableUnClip.Write(folder.PathOf("stable"), hasPrior: true, hasImages: true));
        picturesOnly = new Lazy<string>(() => TinyStableUnClip.Write(folder.PathOf("pictures"), hasPrior: false, hasImages: true));
        convolution = new Lazy<string>(() => TinyStableUnClip.Write(folder.PathOf("convolution"), hasPrior: true, hasImages: false, isLinear: false));
    }

    /// <summary>With a prior and an image encoder.</summary>
    internal string Folder => whole.Value;

    /// <summary>Without a prior.</summary>
    internal string PicturesOnlyFolder => picturesOnly.Value;

    /// <summary>Its transformer blocks lie between convolutions.</summary>
    internal string ConvolutionFolder => convolution.Value;

    /// <summary>With a prior and an image encoder; few steps and small sizes.</summary>
    internal UnClipModel Model => Quick(library.Value.OpenFolder(Folder));

    /// <summary>Without a prior.</summary>
    internal UnClipModel PicturesOnly => Quick(library.Value.OpenFolder(PicturesOnlyFolder));

    /// <summary>The tensors of a golden file.</summary>
    internal static IReadOnlyDictionary<string, NetworkTensor> Golden(string name) =>
        NetworkRunner.ReadTensors(Path.Combine(Fixtures.Folder, "stable-unclip-tiny", $"{name}.safetensors"));

    public void Dispose()
    {
        if (library.IsValueCreated)
        {
            library.Value.Dispose();
        }

        folder.Dispose();
    }

    private static UnClipModel Quick(UnClipModel model) => model with
    {
        Recipe = ModelRecipe.StableUnClip with
        {
            Prior = new StageRecipe(SamplerKind.Ancestral, 3) { GuidanceScale = 4 },
            Decoder = new StageRecipe(SamplerKind.DpmSolverPlusPlus, 5) { GuidanceScale = 4 },
            InversionSteps = 5,
            Sizes = [64, 128],
        },
    };
}
