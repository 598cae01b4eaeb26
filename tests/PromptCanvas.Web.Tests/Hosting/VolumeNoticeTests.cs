using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

using PromptCanvas.Web.Hosting;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Hosting;

public sealed class VolumeNoticeTests
{
    [Theory]
    [InlineData("true", "/", true)]
    [InlineData("true", "/proc", true)]
    [InlineData("true", null, false)]
    [InlineData("false", "/", false)]
    public async Task Start_DataFolderThatGoesWithItsContainer_IsWarnedOf(string inContainer, string? mount, bool warns)
    {
        using var log = new LogPages();
        await using var studio = new Studio();
        studio.Settings["DOTNET_RUNNING_IN_CONTAINER"] = inContainer;
        studio.Change = services =>
        {
            log.Replace(services);
            services.Replace(ServiceDescriptor.Singleton(new Mounts(["/", mount ?? studio.DataFolder])));
        };
        _ = studio.Server;

        Assert.Equal(warns, log.Entries.Any(entry => entry.Level == LogLevel.Warning && entry.Text.Contains("Mount a volume there", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead, true)]
    [InlineData(UnixFileMode.OtherExecute, true)]
    [InlineData(UnixFileMode.None, false)]
    public async Task Start_DataFolderThatOthersMayOpen_IsWarnedOfOnce(UnixFileMode others, bool warns)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var log = new LogPages();
        await using var studio = new Studio { Change = log.Replace };
        File.SetUnixFileMode(studio.DataFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | others);
        _ = studio.Server;

        Assert.Equal(warns ? 1 : 0, log.Entries.Count(entry => entry.Level == LogLevel.Warning && entry.Text.Contains($"run: chmod 700 '{studio.DataFolder}'", StringComparison.Ordinal)));
    }

    [Fact]
    public void Mounts_OfTheSystemsTable_AreRead()
    {
        var mounts = Mounts.Read(
        [
            "24 1 0:22 / / rw,relatime - overlay overlay rw",
            @"31 24 8:1 /v /srv/the\040data rw,relatime shared:1 - ext4 /dev/sda1 rw",
        ]);

        Assert.Equal(["/", "/srv/the data"], mounts.Points);
        Assert.True(mounts.Hold("/srv/the data"));
        Assert.True(mounts.Hold("/srv/the data/keys"));
        Assert.False(mounts.Hold("/srv/the database"));
    }
}
