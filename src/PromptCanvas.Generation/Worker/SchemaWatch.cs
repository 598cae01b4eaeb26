using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Worker;

/// <summary>Says when a newer version has changed the database under this worker, whose claims find nothing from then on. Its running jobs end as usual.</summary>
internal sealed class SchemaWatch(
    SchemaGuard guard, IOptions<GenerationOptions> options, TimeProvider clock, Supervisor supervisor, ILogger<SchemaWatch> logger) : SupervisedService(supervisor)
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private string? said;

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        // No other process migrates the database of a single one.
        if (options.Value.SharedQueue)
        {
            await EveryAsync(Interval, clock, LookAsync, stoppingToken);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var reason = await guard.UnreadableAsync(cancellationToken);
        if (reason is not null && reason != said)
        {
            logger.LogWarning("This worker takes no more jobs. {Reason}", reason);
        }

        said = reason ?? said;
    }
}
