using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PromptCanvas.Cluster.Live;
using PromptCanvas.Cluster.Storage;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Live;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Cluster;

public static class ClusterRegistration
{
    private const string RedisKey = $"{ClusterOptions.Section}:{nameof(ClusterOptions.Redis)}";

    /// <summary>Registers the services for several nodes if the settings ask for them. Call it before the studio's services.</summary>
    public static IServiceCollection AddCluster(this IServiceCollection services)
    {
        services.AddSettings<ClusterOptions>(ClusterOptions.Section);
        services.AddSettings<StorageOptions>(StorageOptions.Section);
        services.AddSettings<S3Options>(S3Options.Section);
        services.AddSingleton(OpenLine);
        services.AddSingleton(OpenStorage);
        services.AddSingleton(provider => provider.GetRequiredService<ILiveLine>() as IHostedService ?? new IdleService());
        return services;
    }

    private static SharedStorage OpenStorage(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<StorageOptions>>().Value;
        var store = options.Provider == StorageProvider.S3
            ? S3Settings.Open(provider.GetRequiredService<IOptions<S3Options>>().Value, provider.GetRequiredService<IConfiguration>())
            : null;
        return new SharedStorage(store, options.CopiesMegabytes);
    }

    private static ILiveLine OpenLine(IServiceProvider provider)
    {
        if (SecretSetting.Read(provider.GetRequiredService<IConfiguration>(), RedisKey) is not { Length: > 0 } address)
        {
            return new LocalLine();
        }

        try
        {
            return new RedisLine(
                RedisSettings.Of(address), provider.GetRequiredService<IOptions<ClusterOptions>>().Value.Prefix, provider.GetRequiredService<Supervisor>());
        }
        catch (ArgumentException fault)
        {
            throw new StartupException($"Setting {RedisKey} is not an address of a Redis server; give one such as redis:6379.", fault);
        }
    }
}
