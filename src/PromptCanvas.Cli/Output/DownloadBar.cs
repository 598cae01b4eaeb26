using System.Globalization;
using PromptCanvas.ModelHub;

namespace PromptCanvas.Cli.Output;

/// <summary>A download's progress on standard error: a line that changes in a terminal, a new line every tenth elsewhere.</summary>
internal sealed class DownloadBar : IDisposable
{
    private const int Lines = 10;
    private const double Gigabyte = 1e9;
    private const double Megabyte = 1e6;

    private readonly ProgressBar bar = new(1);
    private int lastLine;

    public void Report(DownloadProgress progress)
    {
        var words = Words(progress);
        bar.Report(0, progress.Share, words);
        if (Console.IsErrorRedirected && (int)(progress.Share * Lines) is var line && line > lastLine)
        {
            lastLine = line;
            Console.Error.WriteLine($"{words}, {progress.Share.ToString("P0", CultureInfo.InvariantCulture)}");
        }
    }

    public void Clear() => bar.Clear();

    public void Dispose() => bar.Dispose();

    private static string Words(DownloadProgress progress)
    {
        var sizes = string.Create(CultureInfo.InvariantCulture, $"{progress.Done / Gigabyte:0.00} of {progress.Total / Gigabyte:0.00} GB");
        return progress.Left is { } left
            ? string.Create(CultureInfo.InvariantCulture, $"{sizes}, {progress.BytesPerSecond / Megabyte:0.0} MB/s, {left:hh\\:mm\\:ss} left")
            : sizes;
    }
}
