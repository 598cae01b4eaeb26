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
        if (!options.Value.SharedQueue)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await using var database = await databases.CreateDbContextAsync(stoppingToken);
            await times.LoadAsync(database, stoppingToken);
            Worked();
        }
    }
}
