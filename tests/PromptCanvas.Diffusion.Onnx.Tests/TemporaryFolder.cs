using System.Text.Json.Nodes;

namespace PromptCanvas.Diffusion.Onnx.Tests;

/// <summary>A folder of its own for one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("promptcanvas-").FullName;

    public string PathOf(string relative) => System.IO.Path.Combine(Path, relative);

    /// <summary>Copies a folder with all it holds.</summary>
    public void Copy(string source, string name)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = System.IO.Path.Combine(Path, name, System.IO.Path.GetRelativePath(source, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.WriteAllBytes(target, File.ReadAllBytes(file));
        }
    }

    /// <summary>Sets one key of a JSON file.</summary>
    public void Edit(string relative, string key, JsonNode? value)
    {
        var root = JsonNode.Parse(File.ReadAllText(PathOf(relative)))!.AsObject();
        root[key] = value;
        File.WriteAllText(PathOf(relative), root.ToJsonString());
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
