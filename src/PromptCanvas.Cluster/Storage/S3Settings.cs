using Amazon.Runtime;
using Amazon.S3;
using Microsoft.Extensions.Configuration;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Cluster.Storage;

/// <summary>Opens the store that the settings name.</summary>
public static class S3Settings
{
    // A job waits and tries again by itself, so a call does not.
    private const int Retries = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);

    /// <exception cref="StartupException">The bucket or a key is missing, or a mounted key cannot be read.</exception>
    public static IObjectStore Open(S3Options options, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configuration);
        if (options.Bucket.Length == 0)
        {
            throw new StartupException($"Setting {S3Options.Section}:{nameof(S3Options.Bucket)} is empty; give the bucket for the studio's pictures.");
        }

        var config = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            ForcePathStyle = options.PathStyle,
            MaxErrorRetry = Retries,
            Timeout = Patience,
            ConnectTimeout = ConnectPatience,

            // Stores other than Amazon's refuse the newer checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint.Length > 0)
        {
            config.ServiceURL = options.Endpoint;
        }
        else
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);
        }

        var keys = new BasicAWSCredentials(Key(configuration, nameof(S3Options.AccessKey)), Key(configuration, nameof(S3Options.SecretKey)));
        return new S3Objects(new AmazonS3Client(keys, config), options.Bucket, options.Prefix);
    }

    private static string Key(IConfiguration configuration, string name)
    {
        var key = $"{S3Options.Section}:{name}";
        return SecretSetting.Read(configuration, key) is { Length: > 0 } secret
            ? secret
            : throw new StartupException($"Setting {key} is empty; give the store's key, or a file that holds it as {key}{SecretSetting.FileSuffix}.");
    }
}
