using System.Diagnostics;

namespace PromptCanvas.Generation.Tests.Fakes;

/// <summary>A file system of a few megabytes that a test can fill. Requires the right to mount.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly bool mounted;

    public SmallDisk(int megabytes)
    {
        mounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder.Path);
        if (!mounted)
        {
            folder.Dispose();
            Assert.Skip("Mounting a small disk requires root on Linux.");
        }
    }

    public string Path => folder.Path;

    public bool MakeReadOnly() => Run("mount", "-o", "remount,ro", folder.Path);

    /// <summary>Fills all free space.</summary>
    public void Fill()
    {
        using var ballast = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                ballast.Write(block);
            }
        }
        catch (IOException)
        {
            // The disk is full, as intended.
            return;
        }
    }

    public void FreeSpace() => File.Delete(Ballast);

    public void Dispose()
    {
        if (mounted)
        {
            Run("umount", "-l", folder.Path);
            folder.Dispose();
        }
    }

    private string Ballast => folder.File("ballast");

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
