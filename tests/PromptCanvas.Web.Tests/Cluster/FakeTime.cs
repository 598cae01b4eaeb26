namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>A wrong system clock for a process, by libfaketime. Durations stay right, as on a machine whose clock is set wrong.</summary>
internal static class FakeTime
{
    private const string Library = "faketime/libfaketime.so.1";

    private static readonly string? Place = Directory.Exists("/usr/lib")
        ? Directory.EnumerateDirectories("/usr/lib").Select(folder => Path.Combine(folder, Library)).FirstOrDefault(File.Exists)
        : null;

    /// <summary>Skips the test if the library is not installed.</summary>
    public static void Require() => Assert.SkipWhen(Place is null, "libfaketime is not installed (Debian: apt-get install libfaketime); the test of wrong clocks is skipped.");

    /// <summary>The environment of a process whose clock is wrong by this much.</summary>
    public static IReadOnlyDictionary<string, string> Off(TimeSpan time) => new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = Place!,
        ["FAKETIME"] = $"{time.TotalSeconds:+0;-0}",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",

        // Otherwise the runtime's waits end at once, or an hour late.
        ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
    };
}
