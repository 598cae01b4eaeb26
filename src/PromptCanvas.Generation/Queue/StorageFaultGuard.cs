using Microsoft.Extensions.Logging;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Queue;

/// <summary>Converts storage failures (full disk, busy database) of people's writes into refusals.</summary>
internal sealed class StorageFaultGuard(StorageFaults faults, DiskReserve reserve, ILogger<StorageFaultGuard> logger)
{
    public Task<Result<T>> TryAsync<T>(Func<Task<T>> write) => GuardAsync<T>(async () => await write());

    /// <summary>The same for a write that may be refused for another reason.</summary>
    public Task<Result<T>> TryAsync<T>(Func<Task<Result<T>>> write) => GuardAsync(write);

    private async Task<Result<T>> GuardAsync<T>(Func<Task<Result<T>>> write)
    {
        try
        {
            return await write();
        }
        catch (Exception fault) when (faults.Describe(fault) is { } reason)
        {
            logger.LogWarning("A request could not be written: {Reason}", reason);
            if (faults.IsFull(fault))
            {
                reserve.Release();
            }

            return faults.IsFull(fault) ? new StorageFull(reason) : new Unavailable(reason);
        }
    }
}
