using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PromptCanvas.Cluster.Limits;
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
    public static IServiceCollection AddCluster(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSettings<ClusterOptions>(ClusterOptions.Section);
        services.AddSettings<StorageOptions>(StorageOptions.Section);
        services.AddSettings<S3Options>(S3Options.Section);
        services.AddSingleton(OpenStorage);
        if (HasRedis(configuration))
        {
            services.AddRedis();
        }
        else
        {
            services.AddSingleton<ILiveLine, LocalLine>();
            services.AddSingleton<ISharedBuckets, NoSharedBuckets>();
        }

        services.AddSingleton(provider => provider.GetRequiredService<ILiveLine>() as IHostedService ?? new IdleService());
        return services;
    }

    // The file is read when the connection is opened, where a fault ends the start with a sentence.
    private static bool HasRedis(IConfiguration configuration) =>
        configuration[RedisKey] is { Length: > 0 } || configuration[RedisKey + SecretSetting.FileSuffix] is { Length: > 0 };

    private static void AddRedis(this IServiceCollection services)
    {
        services.AddSingleton<ILiveLine>(provider => new RedisLine(AddressOf(provider), PrefixOf(provider), provider.GetRequiredService<Supervisor>()));
        services.AddSingleton(provider => new RedisConnection(AddressOf(provider)));
        services.AddSingleton<ISharedBuckets>(provider => new RedisBuckets(
            provider.GetRequiredService<RedisConnection>(), PrefixOf(provider), provider.GetRequiredService<TimeProvider>()));

        // Blazor keeps the state of pages that lost their connection in this cache if there is one, so that another node can resume them.
        services.AddHybridCache();
        services.AddStackExchangeRedisCache(_ => { });
        services.AddOptions<RedisCacheOptions>().Configure<IServiceProvider>((options, provider) =>
        {
            // A connection of the cache's own would make each call wait for seconds while Redis is absent.
            options.ConnectionMultiplexerFactory = provider.GetRequiredService<RedisConnection>().OpenAsync;
            options.InstanceName = $"{PrefixOf(provider)}:cache:";
        });
    }

    private static string PrefixOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<ClusterOptions>>().Value.Prefix;

    private static SharedStorage OpenStorage(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<StorageOptions>>().Value;
        var store = options.Provider == StorageProvider.S3
            ? S3Settings.Open(provider.GetRequiredService<IOptions<S3Options>>().Value, provider.GetRequiredService<IConfiguration>())
            : null;
        return new SharedStorage(store, options.CopiesMegabytes);
    }

    private static StackExchange.Redis.ConfigurationOptions AddressOf(IServiceProvider provider)
    {
        try
        {
            return RedisSettings.Of(SecretSetting.Read(provider.GetRequiredService<IConfiguration>(), RedisKey) ?? "");
        }
        catch (ArgumentException fault)
        {
            throw new StartupException($"Setting {RedisKey} is not an address of a Redis server; give one such as redis:6379.", fault);
        }
    }
}
