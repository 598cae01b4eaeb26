using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;

using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Web.Hosting;

/// <summary>Keys lie with the data, readable by their owner only, so that a restart or a new container keeps what they protect.</summary>
internal sealed class KeysInDataFolder(DataFolder folder, ILoggerFactory logs) : IConfigureOptions<KeyManagementOptions>
{
    public void Configure(KeyManagementOptions options)
    {
        var keys = new DirectoryInfo(Path.Combine(folder.Root, "keys"));
        if (!OperatingSystem.IsWindows() && !keys.Exists)
        {
            Directory.CreateDirectory(keys.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        options.XmlRepository = new FileSystemXmlRepository(keys, logs);
    }
}
