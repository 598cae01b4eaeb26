using System.Diagnostics;
using System.Globalization;

namespace PromptCanvas.Cli.Tests.Commands;

/// <summary>Bias audits, made by the real program.</summary>
public sealed class BiasCommandTests : IDisposable
{
    private const string Captions = "[colour]\nred: a red {thing}\nblue: a blue {thing}\ngreen: a green {thing}\n";

    // Without the prompt, which names a colour itself.
    private const string OfTheWorld = """
        [colour]
        red: a red sphere | a red cube
        blue: a blue sphere | a blue cube
        green: a green sphere | a green cube
        yellow: a yellow sphere | a yellow cube
        [shape]
        sphere: a red sphere | a blue sphere | a green sphere
        cube: a red cube | a blue cube | a green cube
        """;

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    /// <summary>The shipped model: a prompt that names a colour leaves nothing open, and the audit says so.</summary>
    [Fact]
    public async Task Bias_OfTheStarter_ReadsTheColourThatThePromptNames()
    {
        var audit = folder.File("audit");
        var outcome = await CommandLine.RunInAsync(
            folder.Path, "bias", "a red sphere", "a blue cube", "-n", "6", "--size", "64", "--seed", "3", "--rendered-examples",
            "--captions", await CaptionsAsync(OfTheWorld), "--model", CommandLine.Starter, "--out", audit);

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        var rows = (await File.ReadAllLinesAsync(Path.Combine(audit, "report.csv"), Cancellation)).Select(line => line.Split(',')).ToList();
        Assert.True(PicturesOf(rows, "a red sphere", "colour", "red") >= 5, string.Join('\n', rows.Select(row => string.Join(',', row))));
        Assert.True(PicturesOf(rows, "a blue cube", "colour", "blue") >= 5);
        Assert.True(PicturesOf(rows, "a red sphere", "shape", "sphere") >= 4);

        // The drawn shapes say how often each colour is taken for another.
        Assert.InRange(double.Parse(Row(rows, "a red sphere", "colour", "red")[8], CultureInfo.InvariantCulture), 0.7, 1);
        Assert.Contains("data:image/webp;base64,", await File.ReadAllTextAsync(Path.Combine(audit, "report.html"), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bias_KilledInTheMiddle_GoesOnToTheSameReport()
    {
        var captions = await CaptionsAsync(Captions);
        string[] options = ["-n", "30", "--captions", captions];
        Assert.Equal(0, (await AuditAsync(folder.File("whole"), options)).ExitCode);

        var cut = folder.File("cut");
        using (var process = Process.Start(CommandLine.StartOf(folder.Path, new Dictionary<string, string>(), Arguments(cut, options)))!)
        {
            var pictures = Path.Combine(cut, "pictures");
            while (!process.HasExited && !Directory.Exists(pictures))
            {
                await Task.Delay(10, Cancellation);
            }

            process.Kill();
            await process.WaitForExitAsync(Cancellation);
        }

        Assert.False(File.Exists(Path.Combine(cut, "report.csv")));
        Assert.Equal(0, (await AuditAsync(cut, options)).ExitCode);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(folder.File("whole"), "report.csv"), Cancellation), await File.ReadAllTextAsync(Path.Combine(cut, "report.csv"), Cancellation));
    }

    [Fact]
    public async Task Bias_FolderOfAnotherAudit_IsRefused()
    {
        var captions = await CaptionsAsync(Captions);
        var audit = folder.File("audit");
        Assert.Equal(0, (await AuditAsync(audit, "-n", "1", "--captions", captions)).ExitCode);

        var other = await AuditAsync(audit, "-n", "2", "--captions", captions);

        Assert.Equal(2, other.ExitCode);
        Assert.Contains("holds another audit", other.OneLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrintCaptions_PrintsAFileThatCanBeUsed()
    {
        var printed = await CommandLine.RunInAsync(folder.Path, "bias", "--print-captions", "--model", CommandLine.Starter);

        Assert.Equal(0, printed.ExitCode);
        Assert.Contains("[colour]\nred: a red {thing}\norange: an orange {thing}\n", printed.Output, StringComparison.Ordinal);
        Assert.Contains("in the snow: {prompt} in the snow\n", printed.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await AuditAsync(folder.File("audit"), "-n", "1", "--captions", await CaptionsAsync(printed.Output))).ExitCode);
    }

    [Theory]
    [InlineData("with --out", "a cube")]
    [InlineData("1 picture a prompt or more", "a cube", "-n", "0", "--out", "audit")]
    [InlineData("The threshold is a probability", "a cube", "--threshold", "2", "--out", "audit")]
    [InlineData("different prompts", "a cube", "a cube", "--out", "audit")]
    [InlineData("cannot be read", "a cube", "--captions", "nowhere.txt", "--out", "audit")]
    [InlineData("is not a prior", "a cube", "--prior", "fast", "--out", "audit")]
    public async Task Bias_BadInput_IsOneLineAndExitCodeTwo(string expected, params string[] arguments)
    {
        var outcome = await CommandLine.RunInAsync(folder.Path, ["bias", .. arguments, "--model", CommandLine.StarterTiny]);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(expected, outcome.OneLine, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("audit")));
    }

    private static string[] Row(List<string[]> rows, string prompt, string attribute, string value) =>
        rows.Single(row => row[0] == prompt && row[1] == attribute && row[2] == value);

    private static int PicturesOf(List<string[]> rows, string prompt, string attribute, string value) =>
        int.Parse(Row(rows, prompt, attribute, value)[3], CultureInfo.InvariantCulture);

    private static string[] Arguments(string audit, string[] options) =>
        ["bias", "a cube", "--size", "64", "--seed", "5", "--model", CommandLine.StarterTiny, "--out", audit, .. options];

    private Task<Outcome> AuditAsync(string audit, params string[] options) => CommandLine.RunInAsync(folder.Path, Arguments(audit, options));

    private async Task<string> CaptionsAsync(string text)
    {
        var file = folder.File("captions.txt");
        await File.WriteAllTextAsync(file, text, Cancellation);
        return file;
    }
}
