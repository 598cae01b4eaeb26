using System.Globalization;
using System.Text;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Web.Features.Usage;

/// <summary>Usage as CSV (RFC 4180).</summary>
internal static class UsageCsv
{
    /// <param name="nameOf">The display name of a person; null = pictures from before accounts existed.</param>
    public static string Write(IEnumerable<UsageLine> lines, Func<Guid?, string> nameOf)
    {
        var text = new StringBuilder("day,person,model,pictures\r\n");
        foreach (var line in lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"{line.Day:yyyy-MM-dd},{CsvCell.Of(nameOf(line.PersonId))},{CsvCell.Of(line.Model)},{line.Pictures}\r\n");
        }

        return text.ToString();
    }
}
