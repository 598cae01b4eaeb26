namespace PromptCanvas.Migrations;

/// <summary>The turn of one process to upgrade a SQLite database: an open file, which the operating system closes when the process dies.</summary>
internal static class UpgradeTurn
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits for the turn, which ends with the disposal.</summary>
    public static async Task<IAsyncDisposable> TakeAsync(string file, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                // It stays: a file that is deleted while others wait for it would be two files.
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException fault) when (IsTaken(fault))
            {
                await Task.Delay(BetweenTries, cancellationToken);
            }
        }
    }

    // EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION.
    private static bool IsTaken(IOException fault) => fault.HResult is 11 or 35 or unchecked((int)0x80070020);
}
