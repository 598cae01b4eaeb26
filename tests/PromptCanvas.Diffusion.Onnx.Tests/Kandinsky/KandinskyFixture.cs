using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

/// <summary>A tiny Kandinsky 2.2 in its three folders, with golden data.</summary>
internal static class KandinskyFixture
{
    private static readonly string Root = Environment.GetEnvironmentVariable("PROMPTCANVAS_KANDINSKY_FIXTURE")!;

    /// <summary>One of the model's folders.</summary>
    public static string Folder(string name) => Path.Combine(Root, name);

    /// <summary>The tensors of a golden file.</summary>
    public static IReadOnlyDictionary<string, NetworkTensor> Golden(string name) =>
        NetworkRunner.ReadTensors(Path.Combine(Root, "golden", $"{name}.safetensors"));
}
