using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;

namespace PromptCanvas.Generation.Supervision;

/// <summary>Notices when a database that was away answers again, so that services that failed meanwhile need not rest any longer.</summary>
public sealed class DatabaseReturn(IDbContextFactory<AppDbContext> databases, IDatabaseFaults faults, BackgroundFaults background, TimeProvider clock) : IDisposable
{
    private readonly CancellationTokenSource disposed = new();
    private readonly Lock gate = new();
    private TaskCompletionSource back = NewBack();
    private bool isAsking;
    private long returns;

    /// <summary>Time between two connections that are tried while the database is away.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(2);

    /// <summary>How often it has returned since the start of the process.</summary>
    public long Returns => Interlocked.Read(ref returns);

    /// <summary>Whether a fault may be one of a database that is away.</summary>
    public bool IsSuspected(Exception fault) => faults.Describe(fault) is not null;

    /// <summary>Waits until the database was away and answers again. Never ends if it was not away.</summary>
    public Task WaitAsync()
    {
        lock (gate)
        {
            if (!isAsking)
            {
                isAsking = true;
                background.Run(nameof(DatabaseReturn), AskAsync);
            }

            return back.Task;
        }
    }

    public void Dispose()
    {
        disposed.Cancel();
        disposed.Dispose();
    }

    private static TaskCompletionSource NewBack() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task AskAsync()
    {
        var stopping = disposed.Token;
        var isBack = false;
        try
        {
            while (!stopping.IsCancellationRequested && !await AnswersAsync(stopping))
            {
                await Task.Delay(Interval, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                isBack = !stopping.IsCancellationRequested;
            }
        }
        finally
        {
            Answered(isBack);
        }
    }

    private void Answered(bool isBack)
    {
        lock (gate)
        {
            isAsking = false;
            if (isBack)
            {
                returns++;
                back.SetResult();
                back = NewBack();
            }
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            return await database.Database.CanConnectAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException || IsSuspected(fault))
        {
            return false;
        }
    }
}
