namespace PromptCanvas.Generation.Results;

/// <summary>A text in a CSV file (RFC 4180).</summary>
public static class CsvCell
{
    // Spreadsheets interpret cells with these first characters as formulas.
    private const string FormulaStarts = "=+-@\t\r";

    public static string Of(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var safe = value.Length > 0 && FormulaStarts.Contains(value[0], StringComparison.Ordinal) ? $"'{value}" : value;
        return safe.IndexOfAny([',', '"', '\r', '\n']) < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
