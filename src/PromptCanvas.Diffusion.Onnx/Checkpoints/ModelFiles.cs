using System.Text;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>The files of a model's folder as they lie on disk.</summary>
internal static class ModelFiles
{
    private static readonly EnumerationOptions WithComponents = new() { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true };

    /// <summary>Changes whenever a file is replaced, added or removed; links are followed.</summary>
    /// <param name="folder">The model's folder; a missing one has a stamp too.</param>
    public static string Stamp(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return "";
        }

        var stamp = new StringBuilder();
        foreach (var path in Directory.EnumerateFiles(folder, "*", WithComponents).Order(StringComparer.Ordinal))
        {
            var file = new FileInfo(path);
            var real = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            stamp.Append(path).Append('|').Append(real.Exists ? real.Length : -1).Append('|').Append(real.LastWriteTimeUtc.Ticks).Append('\n');
        }

        return stamp.ToString();
    }
}
