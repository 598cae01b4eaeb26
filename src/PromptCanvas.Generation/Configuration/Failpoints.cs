using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace PromptCanvas.Generation.Configuration;

/// <summary>Places where a process may be told to die, to prove that nothing is lost there. Without the environment variable they do nothing.</summary>
/// <remarks><c>PROMPTCANVAS_FAILPOINTS="claim.committed=kill;picture.file=kill@3"</c>: at the third pass. Actions: <c>kill</c> (as by SIGKILL), <c>throw</c>.</remarks>
internal sealed class Failpoints
{
    public const string Variable = "PROMPTCANVAS_FAILPOINTS";

    /// <summary>Charge, job and ledger are written, not committed.</summary>
    public const string SubmitWritten = "submit.written";

    /// <summary>They are committed; nobody was told.</summary>
    public const string SubmitCommitted = "submit.committed";

    public const string ClaimWritten = "claim.written";

    public const string ClaimCommitted = "claim.committed";

    /// <summary>The engine is about to be asked: weights are loaded from here to the first step.</summary>
    public const string EngineAsked = "engine.asked";

    /// <summary>A step of the engine was done.</summary>
    public const string Step = "step";

    /// <summary>A picture's file is on the disk, its row is not written.</summary>
    public const string PictureFile = "picture.file";

    /// <summary>Row and settlement are written, not committed.</summary>
    public const string PictureWritten = "picture.written";

    public const string PictureCommitted = "picture.committed";

    /// <summary>The job's end is written, not committed.</summary>
    public const string EndWritten = "end.written";

    public const string EndCommitted = "end.committed";

    /// <summary>Cancel and refunds are written, not committed.</summary>
    public const string CancelWritten = "cancel.written";

    private readonly Dictionary<string, (string Action, int Pass)> armed = [];
    private readonly ConcurrentDictionary<string, int> passes = new();

    /// <exception cref="FormatException">The text names no known place or action.</exception>
    public Failpoints(string? text)
    {
        foreach (var part in (text ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, action, pass) = Parse(part);
            armed[name] = (action, pass);
        }
    }

    /// <summary>Every place there is.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        SubmitWritten, SubmitCommitted, ClaimWritten, ClaimCommitted, EngineAsked, Step, PictureFile, PictureWritten, PictureCommitted, EndWritten, EndCommitted, CancelWritten,
    ];

    /// <exception cref="FailpointException">The test asked for it.</exception>
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

        // The signal may take a moment; nothing after this place may run.
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

        throw new FormatException($"{Variable} has '{part}': write NAME=kill, NAME=throw or NAME=kill@PASS, with one of the names {string.Join(", ", All)}.");
    }
}

/// <summary>Thrown where <see cref="Failpoints"/> was told to.</summary>
public sealed class FailpointException : Exception
{
    public FailpointException(string name)
        : base($"Failpoint {name}.")
    {
    }
}
