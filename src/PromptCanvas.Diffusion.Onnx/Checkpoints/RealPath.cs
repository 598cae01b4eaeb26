namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>Resolves links as the operating system does: also those of folders on the way, against whose real place relative links of their files count.</summary>
internal static class RealPath
{
    // As Linux limits them.
    private const int MostLinks = 40;

    /// <summary>The path without any link; a part that does not exist is kept as it is.</summary>
    public static string Of(string path)
    {
        var full = Path.GetFullPath(path);
        var real = Path.GetPathRoot(full)!;
        var rest = new Stack<string>(Parts(full[real.Length..]));
        for (var links = 0; rest.TryPop(out var part);)
        {
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var next = Path.Combine(real, part);
            if (links == MostLinks || new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            links++;
            if (Path.IsPathRooted(target))
            {
                real = Path.GetPathRoot(target)!;
                target = target[real.Length..];
            }

            foreach (var step in Parts(target))
            {
                rest.Push(step);
            }
        }

        return real;
    }

    /// <summary>The parts of a relative path, last first.</summary>
    private static IEnumerable<string> Parts(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Reverse();
}
