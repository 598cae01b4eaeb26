using Microsoft.Extensions.Configuration;
using PromptCanvas.Data;

namespace PromptCanvas.Generation.Configuration;

/// <summary>Reads the connection string from <c>ConnectionStrings:PromptCanvas</c>, or from the file that <c>ConnectionStrings:PromptCanvas_FILE</c> names (for mounted secrets).</summary>
public static class ConnectionStringSetting
{
    /// <returns>Null if neither is set.</returns>
    /// <exception cref="StartupException">The file cannot be read.</exception>
    public static string? Read(IConfiguration configuration) => SecretSetting.Read(configuration, $"ConnectionStrings:{DatabaseOptions.ConnectionStringName}");
}
