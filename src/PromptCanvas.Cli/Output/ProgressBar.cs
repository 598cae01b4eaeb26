namespace PromptCanvas.Cli.Output;

/// <summary>A progress bar on standard error; silent when standard error is redirected.</summary>
internal sealed class ProgressBar(int pictures) : IDisposable
{
    private const int Width = 30;

    private readonly double[] progress = new double[pictures];
    private readonly bool visible = !Console.IsErrorRedirected;
    private int lastLength;

    public void Report(int picture, double share, string what)
    {
        progress[picture] = share;
        if (!visible)
        {
            return;
        }

        var total = progress.Average();
        var filled = (int)(total * Width);
        var line = $"[{new string('=', filled)}{new string(' ', Width - filled)}] {total,4:P0} {what}";
        Console.Error.Write('\r' + line.PadRight(lastLength));
        lastLength = line.Length;
    }

    public void Clear()
    {
        if (visible && lastLength > 0)
        {
            Console.Error.Write('\r' + new string(' ', lastLength) + '\r');
            lastLength = 0;
        }
    }

    public void Dispose() => Clear();
}
