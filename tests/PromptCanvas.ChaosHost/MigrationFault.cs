using System.Data.Common;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace PromptCanvas.ChaosHost;

/// <summary>Ends the process, or holds it for ever, before a command of a migration.</summary>
/// <param name="killAt">Text of the command; null = none.</param>
/// <param name="holdAt">Text of the command; null = none. The file "held" says that it was reached.</param>
/// <param name="mark">A file that says that the process has asked the database something; null = none.</param>
internal sealed class MigrationFault(string? killAt, string? holdAt, string? mark) : DbCommandInterceptor
{
    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (killAt is not null && command.CommandText.Contains(killAt, StringComparison.Ordinal))
        {
            using var process = Process.GetCurrentProcess();
            process.Kill();
            new ManualResetEventSlim().Wait(CancellationToken.None);
        }

        if (holdAt is not null && command.CommandText.Contains(holdAt, StringComparison.Ordinal))
        {
            File.WriteAllText("held", "");
            new ManualResetEventSlim().Wait(CancellationToken.None);
        }

        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Mark();
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        Mark();
        return ValueTask.FromResult(result);
    }

    private void Mark()
    {
        if (mark is not null)
        {
            File.WriteAllText(mark, "");
        }
    }
}
