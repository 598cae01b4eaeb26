namespace PromptCanvas.Generation.Storage;

/// <summary>Bytes in a store that several machines share. An object appears as a whole or not at all; an object written twice keeps its last bytes.</summary>
/// <remarks>Every method throws <see cref="ObjectStoreException"/> while the store cannot be used.</remarks>
public interface IObjectStore
{
    /// <summary>Why these settings will never reach the store, in one sentence; null if they do, or if the store does not answer now.</summary>
    Task<string?> RefusalAsync(CancellationToken cancellationToken);

    Task WriteAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Copies an object into a stream.</summary>
    /// <returns>False if there is no such object.</returns>
    Task<bool> ReadAsync(string name, Stream target, CancellationToken cancellationToken);

    /// <summary>Null if there is no such object.</summary>
    Task<StoredObject?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>The objects whose names begin with <paramref name="start"/>, ordered by name.</summary>
    IAsyncEnumerable<StoredObject> ListAsync(string start, CancellationToken cancellationToken);

    /// <summary>Without effect if there is no such object.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken);
}

/// <summary>What a listing says of an object.</summary>
/// <param name="WrittenAt">By the store's clock.</param>
/// <param name="Length">In bytes.</param>
public sealed record StoredObject(string Name, DateTimeOffset WrittenAt, long Length);

/// <summary>The shared store cannot be used now. The message is one sentence without its address.</summary>
public sealed class ObjectStoreException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>The store of this installation; null = the data folder holds the pictures.</summary>
/// <param name="CopiesMegabytes">Limit of the local copies.</param>
public sealed record SharedStorage(IObjectStore? Store, int CopiesMegabytes);
