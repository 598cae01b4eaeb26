using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Web.Security;

/// <summary>Writes the rows of <see cref="RefusalAudit"/> that count the rest, each minute and when the studio stops.</summary>
internal sealed class RefusalAuditService(Supervisor supervisor, RefusalAudit audit, TimeProvider clock) : SupervisedService(supervisor)
{
    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(RefusalAudit.Minute, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await audit.FlushAsync(all: false, stoppingToken);
                Worked();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await audit.FlushAsync(all: true, CancellationToken.None);
        }
    }
}
