using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>The files of a model's folder as they lie on disk.</summary>
internal static class ModelFiles
{
    private const int SampleSize = 4096;
    private const long Samples = 64;

    private static readonly EnumerationOptions WithComponents = new() { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true };

    private static readonly EnumerationOptions WithParts = new() { RecurseSubdirectories = true, MaxRecursionDepth = 2, IgnoreInaccessible = true };

    /// <summary>Changes whenever a file is replaced, added or removed; links are followed.</summary>
    /// <param name="folder">The model's folder; a missing one has a stamp too.</param>
    public static string Stamp(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return "";
        }

        var stamp = new StringBuilder();
        foreach (var path in Directory.EnumerateFiles(folder, "*", Depth(folder)).Order(StringComparer.Ordinal))
        {
            var (length, ticks) = LengthAndTime(path);
            stamp.Append(path).Append('|').Append(length).Append('|').Append(ticks).Append('\n');
        }

        return stamp.ToString();
    }

    /// <summary>The files of weights, by name; links are followed.</summary>
    public static IEnumerable<string> Weights(string folder) => Directory.EnumerateFiles(folder, "*.safetensors", Depth(folder)).Order(StringComparer.Ordinal);

    /// <summary>A folder of parts has its components a level further down.</summary>
    private static EnumerationOptions Depth(string folder)
    {
        try
        {
            return KandinskyFolder.IsJoined(folder) ? WithParts : WithComponents;
        }
        catch (ModelException)
        {
            // The index is unreadable; opening the model reports it. Its files are stamped anyway.
            return WithComponents;
        }
    }

    /// <summary>A file's length, and the time of its last write in ticks; links are followed.</summary>
    public static (long Length, long Ticks) LengthAndTime(string path)
    {
        var file = new FileInfo(path);
        var real = file.LinkTarget is null ? file : new FileInfo(RealPath.Of(path));
        return (real.Exists ? real.Length : -1, real.LastWriteTimeUtc.Ticks);
    }

    /// <summary>
    /// SHA-256 of the files' names, lengths and samples of their contents, 64 lower-case hex digits: all of a small file, evenly spread blocks of a
    /// large one. Training moves every weight, so that no two checkpoints agree in all blocks; reading gigabytes would take as long as loading them.
    /// </summary>
    /// <param name="folder">The model's folder. Moved or copied, it has the same fingerprint.</param>
    public static string Fingerprint(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[SampleSize];
        foreach (var path in Directory.EnumerateFiles(folder, "*", Depth(folder)).Order(StringComparer.Ordinal))
        {
            try
            {
                using var file = File.OpenHandle(path);
                var length = RandomAccess.GetLength(file);
                hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Path.GetRelativePath(folder, path)}|{length}\n")));
                var samples = length <= Samples * SampleSize ? (length + SampleSize - 1) / SampleSize : Samples;
                for (var sample = 0L; sample < samples; sample++)
                {
                    var offset = length <= Samples * SampleSize ? sample * SampleSize : (length - SampleSize) * sample / (samples - 1);
                    hash.AppendData(block.AsSpan(0, RandomAccess.Read(file, block, offset)));
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Record an unreadable file by name only: if the model needs it, the weights reader reports it.
                hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetRelativePath(folder, path)}|unreadable\n"));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
