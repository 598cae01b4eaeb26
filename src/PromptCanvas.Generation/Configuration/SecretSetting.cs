using Microsoft.Extensions.Configuration;

namespace PromptCanvas.Generation.Configuration;

/// <summary>Reads a secret from its setting, or from the file that the setting with the suffix <c>_FILE</c> names (for mounted secrets).</summary>
public static class SecretSetting
{
    public const string FileSuffix = "_FILE";

    /// <returns>Null if neither is set.</returns>
    /// <exception cref="StartupException">The file cannot be read.</exception>
    public static string? Read(IConfiguration configuration, string key)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration[key] is { Length: > 0 } text)
        {
            return text;
        }

        var fileKey = key + FileSuffix;
        if (configuration[fileKey] is not { Length: > 0 } file)
        {
            return null;
        }

        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{fileKey} names {file}, which cannot be read; mount the secret there or set {key}.", fault);
        }
    }
}
