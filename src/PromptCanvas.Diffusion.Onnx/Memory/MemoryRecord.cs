using System.Globalization;

namespace PromptCanvas.Diffusion.Onnx.Memory;

/// <summary>The measured peak memory of a process with a model, at its first start and at later ones; stored next to the graph cache.</summary>
internal static class MemoryRecord
{
    private const string Extension = ".memory";

    /// <summary>Reads the measured values.</summary>
    /// <param name="cache">The graph cache's folder; empty = none is kept.</param>
    /// <param name="fingerprint">The model's.</param>
    /// <returns>Bytes; null where nothing was measured.</returns>
    public static (long? First, long? Later) Read(string cache, string fingerprint)
    {
        try
        {
            var lines = cache.Length > 0 ? File.ReadAllLines(PathOf(cache, fingerprint)) : [];
            return (Number(lines, 0), Number(lines, 1));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Not there yet: nothing was measured.
            return (null, null);
        }
    }

    /// <summary>Keeps a process's peak.</summary>
    /// <param name="cache">The graph cache's folder; empty = nothing is kept.</param>
    /// <param name="fingerprint">The model's.</param>
    /// <param name="peak">Bytes.</param>
    /// <param name="isFirst">Whether an entry of the graph cache was written in this process.</param>
    public static void Write(string cache, string fingerprint, long peak, bool isFirst)
    {
        if (cache.Length == 0)
        {
            return;
        }

        var (first, later) = Read(cache, fingerprint);
        if (isFirst)
        {
            first = peak;
        }
        else
        {
            later = peak;
        }

        try
        {
            Directory.CreateDirectory(cache);
            var unfinished = $"{PathOf(cache, fingerprint)}.{Guid.NewGuid():N}.tmp";
            File.WriteAllLines(unfinished, [Text(first), Text(later)]);
            File.Move(unfinished, PathOf(cache, fingerprint), overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Without it the estimate from the weights is shown.
        }
    }

    private static string PathOf(string cache, string fingerprint) => Path.Combine(cache, fingerprint + Extension);

    private static long? Number(string[] lines, int index) =>
        index < lines.Length && long.TryParse(lines[index], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
