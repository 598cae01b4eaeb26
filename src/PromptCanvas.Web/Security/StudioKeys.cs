using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Web.Security;

/// <summary>Stores the data-protection keys so that sessions survive a restart or a new container: in the data folder, readable by the owner only, or in
/// the database where several processes share it.</summary>
internal sealed class StudioKeys(
    DataFolder folder, IDbContextFactory<AppDbContext> databases, IOptions<GenerationOptions> generation, ILoggerFactory logs) : IConfigureOptions<KeyManagementOptions>
{
    public void Configure(KeyManagementOptions options)
    {
        var keys = new DirectoryInfo(Path.Combine(folder.Root, "keys"));
        if (!OperatingSystem.IsWindows() && !keys.Exists)
        {
            Directory.CreateDirectory(keys.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var files = new FileSystemXmlRepository(keys, logs);
        options.XmlRepository = generation.Value.SharedQueue ? new DatabaseKeys(databases, files) : files;
    }
}
