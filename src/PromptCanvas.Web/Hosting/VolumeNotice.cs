using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Web.Hosting;

/// <summary>Says at the start of a container when its data folder goes with it: the keys of sessions, the database and every picture.</summary>
internal sealed class VolumeNotice(DataFolder folder, Mounts mounts, IConfiguration configuration, ILogger<VolumeNotice> log) : IHostedService
{
    // Set by the images that .NET is published in.
    private const string InContainer = "DOTNET_RUNNING_IN_CONTAINER";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (configuration.GetValue(InContainer, false) && mounts.Points.Count > 0 && !mounts.Hold(folder.Root))
        {
            log.LogWarning(
                "The data folder {Folder} is part of this container: with the next one everybody is signed out, and database and pictures are gone. Mount a volume there",
                folder.Root);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
