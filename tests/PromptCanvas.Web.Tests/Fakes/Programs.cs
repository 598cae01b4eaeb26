using System.Diagnostics;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>Runs external programs as clients of the studio.</summary>
internal static class Programs
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Whether the program can be started and ends well.</summary>
    public static async Task<bool> SucceedsAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        if (!IsInstalled(program))
        {
            return false;
        }

        using var process = Process.Start(Start(program, arguments, Environment.CurrentDirectory, environment))!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0;
    }

    /// <returns>The standard output; if the program fails, the test fails with its error output.</returns>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using var process = Process.Start(Start(program, arguments, folder, environment))!;
        try
        {
            var (said, complained) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {await complained}");
            return await said;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static ProcessStartInfo Start(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
