using System.Text.RegularExpressions;

using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Structure;

/// <summary>Every place whose exception reaches no caller. Each is known here, with the place where its exception goes; a new one fails.</summary>
public sealed partial class BackgroundWorkTests
{
    /// <summary>File and number of such constructs, and where the exception goes.</summary>
    private static readonly Dictionary<string, (int Count, string Goes)> Known = new()
    {
        ["BatchWatch.cs"] = (2, "the callbacks catch everything, and the engine's thread throws it after the run"),
        ["ExecutionProviders.cs"] = (1, "the callback catches ONNX Runtime's faults and traces them"),
        ["DecoderTurns.cs"] = (1, "the callback is TrySetCanceled, which does not throw"),
        ["BackgroundFaults.cs"] = (1, "Run guards the task and reports to itself"),
        ["UnobservedFaults.cs"] = (1, "the last place itself; Report only counts and logs"),
        ["HeartbeatThread.cs"] = (1, "the loop on its own thread catches everything; the task is awaited by the supervisor"),
        ["IdleNetworks.cs"] = (1, "the timer's callback catches everything and reports to the library's owner"),
        ["ImageEngine.cs"] = (1, "the engine's thread catches everything and ends the requests with it"),
        ["LiveComponent.cs"] = (1, "the page's error boundary, and UnobservedFaults when the page has gone"),
        ["LoadTurns.cs"] = (1, "the callback counts and gives up a turn that its load took, which does not throw"),
        ["ModelAdding.razor.cs"] = (1, "the handler only posts to the page's dispatcher, whose faults go to the error boundary"),
        ["ModelStatus.cs"] = (1, "the callback is TrySetResult, which does not throw"),
        ["OnDemand.cs"] = (2, "those who wait for the load, and a trace when nobody waits any more"),
        ["OnnxNetwork.cs"] = (1, "the callback catches ONNX Runtime's faults and traces them"),
        ["PictureEditor.cs"] = (1, "the continuation is awaited, and completes the channel with the exception"),
        ["PixelCapacity.cs"] = (1, "the callback only calls TrySet methods, which do not throw"),
        ["RedisBuckets.cs"] = (1, "the continuation only marks the late exception of an abandoned call as seen"),
        ["StudioRail.razor"] = (1, "the renderer, which shows the circuit's error"),
    };

    [Fact]
    public void EveryExceptionWithoutACaller_HasAPlace()
    {
        var found = Sources().Select(file => (Name: Path.GetFileName(file), Count: Lines(file).Count(line => Construct().IsMatch(line))))
            .Where(file => file.Count > 0).OrderBy(file => file.Name, StringComparer.Ordinal);

        Assert.Equal(Known.OrderBy(known => known.Key, StringComparer.Ordinal).Select(known => (known.Key, known.Value.Count)), found);
    }

    [Fact]
    public void EveryTask_OfTaskRun_IsAwaitedOrKept() =>
        Assert.Empty(Sources().SelectMany(file => Lines(file).Where(line => DroppedTask().IsMatch(line)).Select(line => $"{Path.GetFileName(file)}: {line.Trim()}")));

    [Theory]
    [InlineData("_ = SendAsync();")]
    [InlineData("_ = Task.Run(Work);")]
    [InlineData("using var stop = token.Register(Work);")]
    [InlineData("token.UnsafeRegister(Work, null);")]
    [InlineData("var timer = new Timer(Work);")]
    [InlineData("timer = clock.CreateTimer(Work, null, due, period);")]
    [InlineData("new System.Threading.Thread(Work).Start();")]
    [InlineData("private async void OnClick() => await WorkAsync();")]
    [InlineData("task.ContinueWith(Work);")]
    [InlineData("ThreadPool.QueueUserWorkItem(Work);")]
    [InlineData("Task.Factory.StartNew(Work);")]
    [InlineData("connection.Notification += (_, _) => Work();")]
    [InlineData("Navigation.LocationChanged += OnLocationChanged;")]
    [InlineData("source.Changed += async (_, _) => await WorkAsync();")]
    public void Construct_OfEachKind_IsFound(string line) => Assert.Matches(Construct(), line);

    [Theory]
    [InlineData("files += Add(zip, folder, path);")]
    [InlineData("total += Math.Exp(x);")]
    [InlineData("using var timer = new PeriodicTimer(Interval);")]
    [InlineData("offset += GenerationRequest.MaximumCount)")]
    [InlineData("index += ValuesAtOnce;")]
    [InlineData("_ = source[0];")]
    public void OtherLine_IsNotFound(string line) => Assert.DoesNotMatch(Construct(), line);

    private static IEnumerable<string> Sources() => Directory.EnumerateFiles(Path.Combine(Studio.RepoRoot, "src"), "*.*", SearchOption.AllDirectories)
        .Concat(Directory.EnumerateFiles(Path.Combine(Studio.RepoRoot, "Migrations"), "*.cs"))
        .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal))

        // The command line runs one command and prints its exception.
        .Where(file => !file.Contains("PromptCanvas.Cli", StringComparison.Ordinal));

    private static IEnumerable<string> Lines(string file) => File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal));

    [GeneratedRegex("""
        (^|\s)_\ =\ (Task\.|\w*(\.\w+)*Async\()
        | \.(Unsafe)?Register\(
        | \bnew\ (System\.Threading\.)?(Timer|Thread)\(
        | \.(CreateTimer|ContinueWith|QueueUserWorkItem|StartNew)\(
        | \basync\ void\b
        | \+=\ (async\ )?(\(\w+,\ \w+\)|\w+)\ =>
        | \.\w+\ \+=\ [A-Z]\w*;
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Construct();

    // A statement that starts work and drops the task.
    [GeneratedRegex(@"^\s*Task\.(Run|Factory\.StartNew)\(")]
    private static partial Regex DroppedTask();
}
