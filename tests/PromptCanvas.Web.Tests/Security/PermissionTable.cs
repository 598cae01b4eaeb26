using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

/// <summary>A row of docs/permissions.md.</summary>
/// <param name="Kind">PAGE, GET, POST, DELETE, ANY, LINE or HUB.</param>
/// <param name="Case">The text in parentheses after the path.</param>
/// <param name="Answers">By column.</param>
internal sealed record PermissionRow(string Kind, string Pattern, string? Case, IReadOnlyDictionary<string, string> Answers)
{
    public string What => $"{Kind} {Pattern}";
}

/// <summary>Parses docs/permissions.md.</summary>
internal static class PermissionTable
{
    public static IReadOnlyList<PermissionRow> Read()
    {
        var lines = File.ReadAllLines(Path.Combine(Studio.RepoRoot, "docs", "permissions.md")).Where(line => line.StartsWith('|')).ToList();
        var columns = Cells(lines[0]);
        return [.. lines.Skip(2).Select(line => Row(columns, Cells(line)))];
    }

    private static PermissionRow Row(string[] columns, string[] cells)
    {
        var words = cells[0].Split(' ');
        var answers = columns.Zip(cells).Skip(1).ToDictionary(pair => pair.First, pair => pair.Second);
        return new PermissionRow(words[0], words[1], words.Length > 2 ? words[2].Trim('(', ')') : null, answers);
    }

    private static string[] Cells(string line) => [.. line.Trim('|').Split('|').Select(cell => cell.Trim())];
}
