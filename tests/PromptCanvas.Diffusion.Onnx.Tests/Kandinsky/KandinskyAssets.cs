using PromptCanvas.Diffusion.Models;

[assembly: AssemblyFixture(typeof(PromptCanvas.Diffusion.Onnx.Tests.Kandinsky.KandinskyAssets))]

namespace PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

/// <summary>The tiny model, written and opened once for all tests.</summary>
public sealed class KandinskyAssets : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Lazy<string> parts;
    private readonly Lazy<OnnxModelLibrary> library = new(() => KandinskyFixture.Library());
    private readonly Lazy<UnClipModel> model;
    private readonly Lazy<UnClipModel> withoutInpainting;

    public KandinskyAssets()
    {
        parts = new Lazy<string>(() => KandinskyFixture.Reference ?? TinyKandinsky.Write(folder.PathOf("parts")));
        model = new Lazy<UnClipModel>(() => library.Value.OpenFolder(Join(folder.PathOf("kandinsky"))));
        withoutInpainting = new Lazy<UnClipModel>(() => library.Value.OpenFolder(Join(folder.PathOf("four"), inpaints: false)));
    }

    /// <summary>With an inpainting network, and few steps and small sizes.</summary>
    internal UnClipModel Model => KandinskyFixture.Quick(model.Value);

    /// <summary>Without an inpainting network.</summary>
    internal UnClipModel WithoutInpainting => KandinskyFixture.Quick(withoutInpainting.Value);

    /// <summary>One of the published folders: <c>prior</c>, <c>decoder</c> or <c>decoder-inpaint</c>.</summary>
    internal string Folder(string name) => Path.Combine(parts.Value, name);

    /// <summary>Makes a model of the folders: an index that joins them, and links.</summary>
    /// <param name="path">Where.</param>
    /// <param name="inpaints">Whether the inpainting folder is one of them.</param>
    internal string Join(string path, bool inpaints = true)
    {
        Directory.CreateDirectory(path);
        foreach (var (link, name) in new[] { ("prior", "prior"), ("decoder", "decoder"), ("inpaint", "decoder-inpaint") })
        {
            Directory.CreateSymbolicLink(Path.Combine(path, link), Folder(name));
        }

        var inpaint = inpaints ? """, "inpaint": "inpaint" """ : "";
        File.WriteAllText(
            Path.Combine(path, "model_index.json"),
            $$"""{ "_class_name": "PromptCanvasKandinsky22", "prior": "prior", "decoder": "decoder"{{inpaint}} }""");
        return path;
    }

    public void Dispose()
    {
        if (library.IsValueCreated)
        {
            library.Value.Dispose();
        }

        folder.Dispose();
    }
}
