using Microsoft.Extensions.Configuration;
using PromptCanvas.Data;

namespace PromptCanvas.Generation.Configuration;

/// <summary>Reads the connection string from <c>ConnectionStrings:PromptCanvas</c>, or from the file that <c>ConnectionStrings:PromptCanvas_FILE</c> names (for mounted secrets).</summary>
public static class ConnectionStringSetting
{
    private const string FileKey = $"ConnectionStrings:{DatabaseOptions.ConnectionStringName}_FILE";

    /// <returns>Null if neither is set.</returns>
    /// <exception cref="StartupException">The file cannot be read.</exception>
    public static string? Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration.GetConnectionString(DatabaseOptions.ConnectionStringName) is { Length: > 0 } text)
        {
            return text;
        }

        if (configuration[FileKey] is not { Length: > 0 } file)
        {
            return null;
        }

        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{FileKey} names {file}, which cannot be read; mount the secret there or set ConnectionStrings:{DatabaseOptions.ConnectionStringName}.", fault);
        }
    }
}
