using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Web.Security;

/// <summary>Writes the rows of <see cref="RefusalAudit"/> that count the rest, each minute and when the studio stops.</summary>
internal sealed class RefusalAuditService(Supervisor supervisor, RefusalAudit audit, TimeProvider clock) : SupervisedService(supervisor)
{
    /// <inheritdoc/>
    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            await EveryAsync(RefusalAudit.Minute, clock, cancellationToken => audit.FlushAsync(all: false, cancellationToken), stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await audit.FlushAsync(all: true, CancellationToken.None);
        }
    }
}
