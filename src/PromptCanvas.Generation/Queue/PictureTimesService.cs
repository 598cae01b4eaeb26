using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Queue;

/// <summary>Where several processes share the queue, reads the times of all workers' pictures, for the estimates of waiting times.</summary>
internal sealed class PictureTimesService(
    IDbContextFactory<AppDbContext> databases, PictureTimes times, IOptions<GenerationOptions> options, TimeProvider clock, Supervisor supervisor) : SupervisedService(supervisor)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        if (options.Value.SharedQueue)
        {
            await EveryAsync(Interval, clock, LoadAsync, stoppingToken);
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await times.LoadAsync(database, cancellationToken);
    }
}
