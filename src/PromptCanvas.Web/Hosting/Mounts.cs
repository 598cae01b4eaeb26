using System.Text.RegularExpressions;

namespace PromptCanvas.Web.Hosting;

/// <summary>The mount points that this process sees.</summary>
/// <param name="Points">Absolute paths; empty when the operating system does not report them.</param>
internal sealed partial record Mounts(IReadOnlyList<string> Points)
{
    private const string Table = "/proc/self/mountinfo";

    // proc(5): field 5 is the mount point; spaces and backslashes are octal escapes.
    private const int PointField = 4;

    public static Mounts Here() => File.Exists(Table) ? Read(File.ReadLines(Table)) : new Mounts([]);

    public static Mounts Read(IEnumerable<string> table) => new([.. table
        .Select(line => line.Split(' ')).Where(fields => fields.Length > PointField)
        .Select(fields => Octal().Replace(fields[PointField], number => $"{(char)Convert.ToInt32(number.Groups[1].Value, 8)}"))]);

    /// <summary>Whether a folder is on its own mount rather than on the root file system.</summary>
    public bool Hold(string folder) => Points.Any(point => point != "/"
        && (folder == point || folder.StartsWith(point.TrimEnd('/') + '/', StringComparison.Ordinal)));

    [GeneratedRegex(@"\\([0-7]{3})")]
    private static partial Regex Octal();
}
