using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace PromptCanvas.Generation.Configuration;

/// <summary>Places where a test can make the process die, to prove that no data is lost there. Inactive unless the environment variable is set.</summary>
/// <remarks><c>PROMPTCANVAS_FAILPOINTS="claim.committed=kill;picture.file=kill@3"</c>: @3 = on the third pass. Actions: <c>kill</c> (like SIGKILL), <c>throw</c>.</remarks>
internal sealed class Failpoints
{
    public const string Variable = "PROMPTCANVAS_FAILPOINTS";

    /// <summary>Charge, job and ledger are written but not committed.</summary>
    public const string SubmitWritten = "submit.written";

    /// <summary>Charge, job and ledger are committed; no event was raised yet.</summary>
    public const string SubmitCommitted = "submit.committed";

    public const string ClaimWritten = "claim.written";

    public const string ClaimCommitted = "claim.committed";

    /// <summary>Before the engine is called; it loads its weights between here and the first step.</summary>
    public const string EngineAsked = "engine.asked";

    /// <summary>The engine completed a step.</summary>
    public const string Step = "step";

    /// <summary>A picture's file is written; its row is not.</summary>
    public const string PictureFile = "picture.file";

    /// <summary>Row and settlement are written but not committed.</summary>
    public const string PictureWritten = "picture.written";

    public const string PictureCommitted = "picture.committed";

    /// <summary>The job's end is written but not committed.</summary>
    public const string EndWritten = "end.written";

    public const string EndCommitted = "end.committed";

    /// <summary>Cancellation and refunds are written but not committed.</summary>
    public const string CancelWritten = "cancel.written";

    private readonly Dictionary<string, (string Action, int Pass)> armed = [];
    private readonly ConcurrentDictionary<string, int> passes = new();

    /// <exception cref="FormatException">Unknown failpoint or action.</exception>
    public Failpoints(string? text)
    {
        foreach (var part in (text ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, action, pass) = Parse(part);
            armed[name] = (action, pass);
        }
    }

    /// <summary>All failpoint names.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        SubmitWritten, SubmitCommitted, ClaimWritten, ClaimCommitted, EngineAsked, Step, PictureFile, PictureWritten, PictureCommitted, EndWritten, EndCommitted, CancelWritten,
    ];

    /// <exception cref="FailpointException">The failpoint is set to throw.</exception>
    public void Hit(string name)
    {
        if (armed.Count == 0 || !armed.TryGetValue(name, out var point))
        {
            return;
        }

        if (passes.AddOrUpdate(name, 1, (_, count) => count + 1) != point.Pass)
        {
            return;
        }

        if (point.Action == "throw")
        {
            throw new FailpointException(name);
        }

        using var process = Process.GetCurrentProcess();
        process.Kill();

        // The signal may be delivered late; block, so that no code after the failpoint runs.
        new ManualResetEventSlim().Wait();
    }

    private static (string Name, string Action, int Pass) Parse(string part)
    {
        if (part.Split('=') is [var name, var how] && All.Contains(name))
        {
            var (action, pass) = how.Split('@') is [var before, var number]
                ? (before, int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture))
                : (how, 1);
            if (action is "kill" or "throw")
            {
                return (name, action, pass);
            }
        }

        throw new FormatException($"{Variable} contains '{part}': write NAME=kill, NAME=throw or NAME=kill@PASS, with one of the names {string.Join(", ", All)}.");
    }
}

/// <summary>Thrown by a failpoint with the action <c>throw</c>.</summary>
public sealed class FailpointException : Exception
{
    public FailpointException(string name)
        : base($"Failpoint {name}.")
    {
    }
}
