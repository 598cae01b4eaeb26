using System.Globalization;
using System.Text;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Web.Features.Usage;

/// <summary>Usage as CSV (RFC 4180).</summary>
internal static class UsageCsv
{
    // Spreadsheets interpret cells with these first characters as formulas.
    private const string FormulaStarts = "=+-@\t\r";

    /// <param name="nameOf">The display name of a person; null = pictures from before accounts existed.</param>
    public static string Write(IEnumerable<UsageLine> lines, Func<Guid?, string> nameOf)
    {
        var text = new StringBuilder("day,person,model,pictures\r\n");
        foreach (var line in lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"{line.Day:yyyy-MM-dd},{Cell(nameOf(line.PersonId))},{Cell(line.Model)},{line.Pictures}\r\n");
        }

        return text.ToString();
    }

    private static string Cell(string value)
    {
        var safe = value.Length > 0 && FormulaStarts.Contains(value[0], StringComparison.Ordinal) ? $"'{value}" : value;
        return safe.IndexOfAny([',', '"', '\r', '\n']) < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
