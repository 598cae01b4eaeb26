namespace PromptCanvas.Generation.Storage;

internal enum BlobKind
{
    Picture,
    Thumbnail,
}

/// <summary>Content-addressed files, named by the SHA-256 of their bytes. Writes are atomic.</summary>
internal interface IBlobStore
{
    /// <summary>Writes the bytes and flushes them to disk. Writing existing content refreshes the file's age.</summary>
    /// <returns>The hash, 64 lower-case hex digits.</returns>
    /// <exception cref="IOException">The disk is full or failing, or the shared store is away; no partial file remains.</exception>
    Task<string> WriteAsync(BlobKind kind, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Null if the file does not exist.</summary>
    /// <exception cref="IOException">The file cannot be read now.</exception>
    Task<FileStream?> OpenAsync(BlobKind kind, string hash, CancellationToken cancellationToken);

    /// <summary>The file's size in bytes; 0 if it does not exist.</summary>
    Task<long> LengthAsync(BlobKind kind, string hash, CancellationToken cancellationToken);

    /// <summary>Removes the temporary files that an earlier process left: interrupted writes, uploads and zip files.</summary>
    void RemoveTemporaryFiles();

    /// <summary>Hashes of the files last written before <paramref name="limit"/>.</summary>
    IAsyncEnumerable<string> WrittenBeforeAsync(DateTimeOffset limit, CancellationToken cancellationToken);

    /// <summary>Removes the picture and thumbnail with this hash, unless rewritten since <paramref name="limit"/>.</summary>
    Task RemoveIfWrittenBeforeAsync(string hash, DateTimeOffset limit, CancellationToken cancellationToken);
}
