using System.Diagnostics;
using System.Reflection;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Cli.Tests;

/// <summary>Runs the built program as a user does.</summary>
internal static class CommandLine
{
    private static readonly string Root = typeof(CommandLine).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "RepoRoot").Value!;

    public static string StarterTiny { get; } = Path.Combine(Root, "tests", "fixtures", "starter-tiny");

    public static string Starter { get; } = Path.Combine(Root, "models", "starter");

    public static string UnClipTiny { get; } = TinyCheckpoint.Model(Root);

    /// <summary>What the reference implementation computes with it.</summary>
    public static string Golden { get; } = Path.Combine(Root, "tests", "fixtures", "unclip-tiny", "golden");

    public static Task<Outcome> RunAsync(params string[] arguments) => RunInAsync(Environment.CurrentDirectory, arguments);

    public static Task<Outcome> RunInAsync(string folder, params string[] arguments) => RunInAsync(folder, new Dictionary<string, string>(), arguments);

    /// <summary>How the program is started.</summary>
    public static ProcessStartInfo StartOf(string folder, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["Models__Folder"] = Path.Combine(Root, "tests", "fixtures"), ["Inference__GraphCache"] = "" },
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "promptcanvas.dll"));
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return start;
    }

    public static async Task<Outcome> RunInAsync(string folder, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var token = TestContext.Current.CancellationToken;
        using var process = Process.Start(StartOf(folder, settings, arguments))!;
        var output = process.StandardOutput.ReadToEndAsync(token);
        var error = process.StandardError.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        return new Outcome(process.ExitCode, await output, await error);
    }
}

/// <summary>The result of a run.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error)
{
    /// <summary>Standard error, asserted to be one line, as refusals must be.</summary>
    public string OneLine => Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
}
