using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PromptCanvas.Imaging.Pixels;

/// <summary>Processor time of the calling thread.</summary>
internal static class ProcessorTime
{
    // time.h: CLOCK_THREAD_CPUTIME_ID.
    private const int LinuxThreadClock = 3;
    private const int AppleThreadClock = 16;

    /// <summary>Time that this thread has run so far; elapsed time on systems that do not report it.</summary>
    public static TimeSpan OfThisThread()
    {
        if (OperatingSystem.IsWindows())
        {
            return Stopwatch.GetElapsedTime(0);
        }

        return ReadClock(OperatingSystem.IsMacOS() ? AppleThreadClock : LinuxThreadClock, out var time) == 0
            ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
            : Stopwatch.GetElapsedTime(0);
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int ReadClock(int clock, out ClockTime time);

    [StructLayout(LayoutKind.Sequential)]
    private struct ClockTime
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
