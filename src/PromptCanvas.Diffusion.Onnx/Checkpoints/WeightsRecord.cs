using System.Globalization;
using System.Security.Cryptography;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>
/// A record of a model's weights at its first opening: one line per file with SHA-256, length, last write time and name. The format has no checksums. A file
/// whose bytes differ although it was not written since was damaged by its disk. A file that was written since belongs to a new model and is recorded again.
/// </summary>
internal static class WeightsRecord
{
    private const int Fields = 4;

    /// <summary>Reads every byte of the weights, which loading them does too: afterwards they are in the system's memory.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="file">The record's file.</param>
    /// <exception cref="ModelException">A file is damaged.</exception>
    public static void Check(string folder, string file)
    {
        var known = Read(file);
        var lines = new List<string>();
        foreach (var path in ModelFiles.Weights(folder))
        {
            var (length, ticks) = ModelFiles.LengthAndTime(path);
            var name = Path.GetRelativePath(folder, path);
            var hash = Hash(path);
            if (known.TryGetValue(name, out var before) && before.Length == length && before.Ticks == ticks && before.Hash != hash)
            {
                throw new ModelException(
                    $"{path} is damaged: its content has changed since it was first loaded, but its modification time has not. Copy it from its source again.");
            }

            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{hash} {length} {ticks} {name}"));
        }

        Write(file, lines);
    }

    private static string Hash(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1024 * 1024, FileOptions.SequentialScan);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{path} cannot be read ({fault.Message.TrimEnd('.')}).", fault);
        }
    }

    private static Dictionary<string, (string Hash, long Length, long Ticks)> Read(string file)
    {
        try
        {
            return File.ReadAllLines(file).Select(line => line.Split(' ', Fields)).Where(fields => fields.Length == Fields).ToDictionary(
                fields => fields[3],
                fields => (fields[0], long.Parse(fields[1], CultureInfo.InvariantCulture), long.Parse(fields[2], CultureInfo.InvariantCulture)),
                StringComparer.Ordinal);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException or ArgumentException)
        {
            // Not there yet, or of no use: then this is the first time.
            return [];
        }
    }

    private static void Write(string file, List<string> lines)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var unfinished = $"{file}.{Guid.NewGuid():N}.tmp";
            File.WriteAllLines(unfinished, lines);
            File.Move(unfinished, file, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Without a record damage is noticed later or never, as without this check.
        }
    }
}
