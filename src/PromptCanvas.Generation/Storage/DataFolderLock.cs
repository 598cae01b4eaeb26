using PromptCanvas.Generation.Configuration;


namespace PromptCanvas.Generation.Storage;

/// <summary>Allows one process per data folder. The operating system releases the lock when the process ends, however it ends.</summary>
public sealed class DataFolderLock(DataFolder folder) : IDisposable
{
    private FileStream? held;

    /// <exception cref="StartupException">Another process holds the folder, or the lock file is not writable.</exception>
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
                $"The file {folder.LockFile} cannot be opened for writing; make it writable for the account that runs PromptCanvas, or remove it.", fault);
        }
        catch (IOException fault)
        {
            throw new StartupException(
                $"Another PromptCanvas is already using the data folder {folder.Root}; stop it or set Data:Folder to another one.", fault);
        }
    }

    /// <summary>Whether any process, including this one, holds the folder's lock.</summary>
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
