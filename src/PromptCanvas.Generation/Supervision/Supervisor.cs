using System.Diagnostics.CodeAnalysis;

namespace PromptCanvas.Generation.Supervision;

/// <summary>Keeps background loops alive: a loop that throws is recorded and restarted after a pause, for as long as the process runs. The return of a database that
/// was away ends the pauses.</summary>
public sealed class Supervisor(BackgroundFaults faults, SchemaGuard schema, DatabaseReturn database, ProcessExit exit, TimeProvider clock)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    public static TimeSpan LongestPause { get; } = TimeSpan.FromSeconds(60);

    public BackgroundFaults Faults => faults;

    /// <summary>The pause after a failure: 1 s, 2 s, 4 s … up to 60 s.</summary>
    /// <param name="inARow">Consecutive failures, from 1.</param>
    public static TimeSpan PauseAfter(int inARow)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(inARow - 1, 10));
        return pause < LongestPause ? pause : LongestPause;
    }

    /// <summary>Runs a loop until it returns or the host stops.</summary>
    /// <param name="service">The name in logs, metrics and the readiness check.</param>
    /// <param name="loop">Calls <see cref="BackgroundFaults.Worked"/> after each success.</param>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "No exception of a background service may end the process.")]
    public async Task RunAsync(string service, Func<CancellationToken, Task> loop, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(loop);
        var forgiven = 0;
        while (!stopping.IsCancellationRequested)
        {
            var returns = database.Returns;
            try
            {
                await loop(stopping);
                faults.Worked(service);
                return;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                var row = await FailedAsync(service, fault, stopping);
                forgiven = forgiven < row ? forgiven : 0;
                var isOver = database.IsSuspected(fault) && database.Returns != returns;
                if (await RestAsync(isOver ? FirstPause : PauseAfter(row - forgiven), clock, fault, stopping) || isOver)
                {
                    forgiven = row;
                }
            }
        }
    }

    /// <summary>Ends when the database returns, if its absence may have been the fault; null for any other fault.</summary>
    public Task? ReturnAfter(Exception fault) => database.IsSuspected(fault) ? database.WaitAsync() : null;

    /// <summary>Waits after a failure, at most until the return of a database that was away.</summary>
    /// <returns>Whether the return of the database ended the wait.</returns>
    public async Task<bool> RestAsync(TimeSpan longest, TimeProvider waitClock, Exception fault, CancellationToken stopping)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var pause = Task.Delay(longest, waitClock, over.Token);
        var first = await Task.WhenAny(pause, ReturnAfter(fault) ?? pause);
        await over.CancelAsync();
        return first != pause;
    }

    /// <summary>Records a failure.</summary>
    /// <returns>The number of consecutive failures.</returns>
    private async Task<int> FailedAsync(string service, Exception fault, CancellationToken stopping)
    {
        var row = faults.Failed(service, fault);
        if (row == BackgroundFaults.IllAfter && await schema.UnreadableAsync(stopping) is { } reason)
        {
            exit.Leave(reason);
        }

        return row;
    }
}
