using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Search;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Settings;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Supervision;
using PromptCanvas.Generation.Worker;

namespace PromptCanvas.Generation;

public static class GenerationStartup
{
    /// <summary>Prepares the host's start: checks that the data folder is writable, locks it, migrates the database and requeues jobs of a crashed process.</summary>
    /// <exception cref="StartupException">The studio cannot start; the message gives the reason in one sentence.</exception>
    public static async Task PrepareGenerationAsync(this IServiceProvider services, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        try
        {
            CheckRoles(services.GetRequiredService<IOptions<StudioOptions>>().Value, services.GetRequiredService<IOptions<GenerationOptions>>().Value);
            services.GetRequiredService<DataFolder>().Prepare();
            if (!services.GetRequiredService<IOptions<GenerationOptions>>().Value.SharedQueue)
            {
                services.GetRequiredService<DataFolderLock>().Acquire();
                services.GetRequiredService<IBlobStore>().RemoveTemporaryFiles();
            }

            if (services.GetRequiredService<SharedStorage>().Store is { } store && await store.RefusalAsync(cancellationToken) is { } refusal)
            {
                throw new StartupException(refusal);
            }

            await MigrateAsync(services.GetRequiredService<IDbContextFactory<AppDbContext>>(), cancellationToken);
            if (services.GetRequiredService<IOptions<GenerationOptions>>().Value.SharedQueue)
            {
                await services.GetRequiredService<ClockComparison>().CompareAsync(cancellationToken);
            }

            await services.GetRequiredService<StoredSettings>().ReadAsync(cancellationToken);
            await services.GetRequiredService<SigningKeys>().CurrentAsync(cancellationToken);
            await RecoverAsync(services, cancellationToken);
        }
        catch (OptionsValidationException fault)
        {
            throw new StartupException(string.Join(" ", fault.Failures), fault);
        }
        catch (UnsupportedSchemaException fault)
        {
            throw new StartupException(fault.Message, fault);
        }
        catch (Exception fault) when (services.GetRequiredService<IDatabaseFaults>().Describe(fault) is { } reason)
        {
            throw new StartupException($"The database cannot be used: {reason}", fault);
        }
        catch (Exception fault) when (fault is DbException or DbUpdateException)
        {
            throw new StartupException($"The database cannot be used: {fault.Message}", fault);
        }
    }

    private static void CheckRoles(StudioOptions studio, GenerationOptions generation)
    {
        if (!generation.SharedQueue && !(studio.IsWeb && studio.IsWorker))
        {
            throw new StartupException($"Setting {StudioOptions.Section}:Roles: a process that is only {studio.Roles} shares its queue with others; set {GenerationOptions.Section}:SharedQueue to true for all of them.");
        }
    }

    private static async Task RecoverAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using (var database = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken))
        {
            await services.GetRequiredService<PictureTimes>().LoadAsync(database, cancellationToken);
        }

        var recovery = services.GetRequiredService<LeaseRecovery>();
        if (services.GetRequiredService<IOptions<GenerationOptions>>().Value.SharedQueue)
        {
            await recovery.ExpiredAsync(cancellationToken);
        }
        else if (await recovery.AllAsync(cancellationToken) > 0)
        {
            await services.GetRequiredService<CrashBudget>().CountAsync(cancellationToken);
        }
    }

    private static async Task MigrateAsync(IDbContextFactory<AppDbContext> databases, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (await SchemaGuard.UnknownAsync(database, cancellationToken) is { } reason)
        {
            throw new StartupException(reason);
        }

        await database.UpgradeAsync(cancellationToken);
        await SearchTextFill.RunAsync(database, cancellationToken);
    }
}
