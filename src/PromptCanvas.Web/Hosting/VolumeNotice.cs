using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Web.Hosting;

/// <summary>Warns at startup when the data folder is inside the container and would be lost with it, and when other accounts may open it.</summary>
internal sealed class VolumeNotice(DataFolder folder, Mounts mounts, IConfiguration configuration, ILogger<VolumeNotice> log) : IHostedService
{
    // Set by the official .NET container images.
    private const string InContainer = "DOTNET_RUNNING_IN_CONTAINER";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (configuration.GetValue(InContainer, false) && mounts.Points.Count > 0 && !mounts.Hold(folder.Root))
        {
            log.LogWarning(
                "The data folder {Folder} is inside this container. When the container is replaced, all users are signed out and the database and pictures are lost. Mount a volume there",
                folder.Root);
        }

        if (folder.Exposure() is { } exposure)
        {
            log.LogWarning("{Exposure}", exposure);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
