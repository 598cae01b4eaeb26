using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;

using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Web.Hosting;

/// <summary>Stores the data-protection keys in the data folder, readable by the owner only, so that sessions survive a restart or a new container.</summary>
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
