using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Jobs;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Worker;

namespace PromptCanvas.Generation.Startup;

public static class GenerationStartup
{
    /// <summary>Before the host runs: the folder can be written, no other process has it, the database is up to date, and what a crash left is queued again.</summary>
    /// <exception cref="StartupException">The studio cannot start; the message says why in one sentence.</exception>
    public static async Task PrepareGenerationAsync(this IServiceProvider services, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        try
        {
            _ = services.GetRequiredService<IOptions<GenerationOptions>>().Value;
            services.GetRequiredService<DataFolder>().Prepare();
            if (!services.GetRequiredService<IOptions<GenerationOptions>>().Value.SharedQueue)
            {
                services.GetRequiredService<DataFolderLock>().Acquire();
                services.GetRequiredService<IBlobStore>().RemoveTemporaryFiles();
            }

            await MigrateAsync(services.GetRequiredService<IDbContextFactory<AppDbContext>>(), cancellationToken);
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
        catch (Exception fault) when (fault is DbException or DbUpdateException)
        {
            throw new StartupException($"The database cannot be used: {services.GetRequiredService<IDatabaseFaults>().Describe(fault) ?? fault.Message}", fault);
        }
    }

    private static async Task RecoverAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using (var database = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(cancellationToken))
        {
            await services.GetRequiredService<PictureTimes>().LoadAsync(database, cancellationToken);
        }

        var rescue = services.GetRequiredService<Rescue>();
        if (services.GetRequiredService<IOptions<GenerationOptions>>().Value.SharedQueue)
        {
            await rescue.ExpiredAsync(cancellationToken);
        }
        else if (await rescue.AllAsync(cancellationToken) > 0)
        {
            await services.GetRequiredService<CrashBudget>().CountAsync(cancellationToken);
        }
    }

    private static async Task MigrateAsync(IDbContextFactory<AppDbContext> databases, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.UpgradeAsync(cancellationToken);
    }
}
