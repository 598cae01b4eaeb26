using System.Text.RegularExpressions;

namespace PromptCanvas.Web.Hosting;

/// <summary>Where this process' file systems are mounted.</summary>
/// <param name="Points">Absolute paths; empty where the system does not say.</param>
internal sealed partial record Mounts(IReadOnlyList<string> Points)
{
    private const string Table = "/proc/self/mountinfo";

    // proc(5): the fifth field, with blanks and backslashes as octal numbers.
    private const int PointField = 4;

    public static Mounts Here() => File.Exists(Table) ? Read(File.ReadLines(Table)) : new Mounts([]);

    public static Mounts Read(IEnumerable<string> table) => new([.. table
        .Select(line => line.Split(' ')).Where(fields => fields.Length > PointField)
        .Select(fields => Octal().Replace(fields[PointField], number => $"{(char)Convert.ToInt32(number.Groups[1].Value, 8)}"))]);

    /// <summary>Whether a folder lies on a file system of its own, and not on the one that everything else lies on.</summary>
    public bool Hold(string folder) => Points.Any(point => point != "/"
        && (folder == point || folder.StartsWith(point.TrimEnd('/') + '/', StringComparison.Ordinal)));

    [GeneratedRegex(@"\\([0-7]{3})")]
    private static partial Regex Octal();
}
