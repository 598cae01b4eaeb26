namespace PromptCanvas.Generation.Storage;

/// <summary>Keeps files on disk until they are decoded.</summary>
internal sealed class UploadSpool(DataFolder folder)
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Reads a stream to its end.</summary>
    /// <returns>The content from its start; null if it has more than <paramref name="largest"/> bytes. The file is removed on disposal.</returns>
    public async Task<Stream?> TakeAsync(Stream content, long largest, CancellationToken cancellationToken)
    {
        // A form's file is already on disk.
        if (content.CanSeek)
        {
            return content.Length <= largest ? content : null;
        }

        var file = new FileStream(
            Path.Combine(folder.Temporary, $"{Guid.NewGuid():N}.upload"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferSize, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        var isWhole = false;
        try
        {
            isWhole = await CopyAsync(content, file, largest, cancellationToken);
            file.Position = 0;
            return isWhole ? file : null;
        }
        finally
        {
            if (!isWhole)
            {
                await file.DisposeAsync();
            }
        }
    }

    private static async Task<bool> CopyAsync(Stream content, FileStream file, long largest, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (file.Length + read > largest)
            {
                return false;
            }

            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return true;
    }
}
