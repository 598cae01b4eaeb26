using PromptCanvas.Generation.Configuration;


namespace PromptCanvas.Generation.Storage;

/// <summary>One process a data folder. The system lets go of the lock however the process ends.</summary>
public sealed class DataFolderLock(DataFolder folder) : IDisposable
{
    private FileStream? held;

    /// <exception cref="StartupException">Another process has the folder, or the lock cannot be written.</exception>
    public void Acquire()
    {
        if (held is not null)
        {
            return;
        }

        try
        {
            held = new FileStream(folder.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new StartupException(
                $"The file {folder.LockFile} cannot be opened for writing; make it writable for whoever runs PromptCanvas, or remove it.", fault);
        }
        catch (IOException fault)
        {
            throw new StartupException(
                $"Another PromptCanvas already runs on the data folder {folder.Root}; stop it or set Data:Folder to another one.", fault);
        }
    }

    /// <summary>Whether a studio, this one or another, has the folder now.</summary>
    public static bool IsHeld(DataFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        try
        {
            using var file = new FileStream(folder.LockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public void Dispose()
    {
        held?.Dispose();
        held = null;
    }
}
