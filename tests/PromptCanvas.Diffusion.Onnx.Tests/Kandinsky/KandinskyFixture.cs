using System.Globalization;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Sessions;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

/// <summary>A tiny Kandinsky 2.2 in its three folders, with golden data.</summary>
/// <remarks>
/// Normally the weights come from <see cref="TinyKandinsky"/> and the golden data from <c>tests/fixtures/kandinsky22-tiny</c>; its README says how
/// the same tests run on the reference implementation's own checkpoint and data, which are too large for this repository.
/// </remarks>
internal static class KandinskyFixture
{
    /// <summary>Names a folder with <c>prior</c>, <c>decoder</c>, <c>decoder-inpaint</c> and <c>golden</c> to test on instead.</summary>
    private const string Variable = "PROMPTCANVAS_KANDINSKY_FIXTURE";

    /// <summary>The reference implementation's own folder; null = the weights that follow from their names.</summary>
    public static string? Reference { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : null;

    /// <summary>Where this repository keeps golden data.</summary>
    public static string OwnGolden { get; } = Path.Combine(Fixtures.Folder, "kandinsky22-tiny");

    /// <summary>The tensors of a golden file.</summary>
    public static IReadOnlyDictionary<string, NetworkTensor> Golden(string name) =>
        NetworkRunner.ReadTensors(Path.Combine(Reference is null ? OwnGolden : Path.Combine(Reference, "golden"), $"{name}.safetensors"));

    /// <summary>The model with so many steps, and sizes that take milliseconds.</summary>
    public static UnClipModel Quick(UnClipModel model, int steps = 5) => model with
    {
        Recipe = ModelRecipe.Kandinsky22 with
        {
            Prior = new StageRecipe(SamplerKind.Ancestral, steps) { GuidanceScale = 4 },
            Decoder = new StageRecipe(SamplerKind.Ancestral, steps) { GuidanceScale = 4 },
            InversionSteps = steps,
            Sizes = [64, 128],
        },
    };

    /// <summary>A picture of (H, W, 3) numbers from 0 to 255.</summary>
    public static SourcePicture Picture(NetworkTensor tensor) =>
        new(tensor.Shape[1], tensor.Shape[0], Array.ConvertAll(tensor.Floats, value => (byte)value));

    /// <summary>The keep mask of a mask of (H, W) numbers, of which at least a half is to be painted.</summary>
    public static bool[] Keep(NetworkTensor mask) => Array.ConvertAll(mask.Floats, value => value < 0.5f);

    /// <summary>The largest absolute difference.</summary>
    public static float Difference(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = 0f;
        for (var index = 0; index < expected.Length; index++)
        {
            worst = Math.Max(worst, Math.Abs(expected[index] - actual[index]));
        }

        return worst;
    }

    /// <summary>The largest difference as a share of max(1, |expected|).</summary>
    public static float RelativeDifference(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = 0f;
        for (var index = 0; index < expected.Length; index++)
        {
            worst = Math.Max(worst, Math.Abs(expected[index] - actual[index]) / Math.Max(1, Math.Abs(expected[index])));
        }

        return worst;
    }

    /// <summary>The largest absolute difference of a finished picture from (H, W, 3) numbers in [0, 1].</summary>
    public static float Difference(ReadOnlySpan<float> expected, SignedImage picture)
    {
        var plane = picture.Width * picture.Height;
        var ours = new float[expected.Length];
        for (var index = 0; index < ours.Length; index++)
        {
            ours[index] = Math.Clamp((picture.Values[(index % 3 * plane) + (index / 3)] / 2) + 0.5f, 0, 1);
        }

        return Difference(expected, ours);
    }

    /// <summary>The name of the n-th tensor of a run.</summary>
    public static string Numbered(string kind, int number) => $"{kind}.{number.ToString("D3", CultureInfo.InvariantCulture)}";

    public static OnnxModelLibrary Library(string cache = "") =>
        new("models", "kandinsky", new InferenceOptions { ExecutionProvider = ProviderNames.Cpu, Threads = 2, GraphCache = cache });
}
