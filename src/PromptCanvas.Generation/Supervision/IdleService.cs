using Microsoft.Extensions.Hosting;

namespace PromptCanvas.Generation.Supervision;

/// <summary>Takes the place of a background service that this process does not run, because of its role or its settings.</summary>
public sealed class IdleService : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
