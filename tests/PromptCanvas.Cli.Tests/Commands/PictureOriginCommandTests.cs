using System.Text.Json;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Cli.Tests.Commands;

/// <summary><c>vary</c>, <c>blend</c>, <c>textdiff</c>, <c>describe</c> and <c>embed</c>, run as a user runs them.</summary>
public sealed class PictureOriginCommandTests : IDisposable
{
    private const int EmbeddingSize = 32;

    private readonly TemporaryFolder folder = new();
    private readonly string picture;

    public PictureOriginCommandTests()
    {
        var pixels = new byte[3 * 80 * 70];
        for (var index = 0; index < pixels.Length; index++)
        {
            pixels[index] = (byte)(index * 7);
        }

        picture = folder.File("source.png");
        File.WriteAllBytes(picture, PngEncoder.Encode(new RgbImage(80, 70, pixels)));
    }

    [Fact]
    public async Task Vary_Json_WritesPicturesThatSayWhatTheyAre()
    {
        var outcome = await RunAsync("vary", picture, "-n", "2", "--size", "64", "--seed", "7", "--strength", "subtle", "--decoder-steps", "3", "--json");

        Assert.Equal(0, outcome.ExitCode);
        var lines = Lines(outcome);
        Assert.Equal([7u, 8u], lines.Select(line => line.GetProperty("seed").GetUInt32()).Order());
        Assert.All(lines, line => Assert.Equal("vary", line.GetProperty("recipe").GetProperty("kind").GetString()));
        Assert.All(lines, line => Assert.Equal(0.25, line.GetProperty("recipe").GetProperty("strength").GetDouble()));
        Assert.Equal(["001-7.png", "002-8.png"], lines.Select(line => Path.GetFileName(line.GetProperty("file").GetString())).Order());
    }

    [Fact]
    public async Task Blend_Frames_ShareOneSeed()
    {
        var outcome = await RunAsync("blend", picture, "a red cube", "--frames", "3", "--size", "64", "--seed", "9", "--json");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal([0, 0.5, 1], Lines(outcome).Select(line => line.GetProperty("recipe").GetProperty("fraction").GetDouble()).Order());
        Assert.True(File.Exists(folder.File("003-9.png")));
    }

    [Fact]
    public async Task TextDiff_Frames_AreARow()
    {
        var outcome = await RunAsync("textdiff", picture, "a cube", "a sphere", "--frames", "2", "--size", "64", "--seed", "9", "--decoder-steps", "3", "--json");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal([0, 0.5], Lines(outcome).Select(line => line.GetProperty("recipe").GetProperty("fraction").GetDouble()).Order());
    }

    [Theory]
    [InlineData("text", "a red cube")]
    [InlineData("image", null)]
    public async Task Embed_Input_PrintsItsEmbedding(string kind, string? input)
    {
        var outcome = await CommandLine.RunAsync("embed", kind, input ?? picture, "--model", CommandLine.StarterTiny);

        Assert.Equal(0, outcome.ExitCode);
        var line = Assert.Single(Lines(outcome));
        Assert.Equal(kind, line.GetProperty("kind").GetString());
        Assert.Equal("starter-tiny", line.GetProperty("model").GetString());
        Assert.Equal(EmbeddingSize, line.GetProperty("dimensions").GetInt32());
        Assert.Equal(EmbeddingSize, line.GetProperty("values").GetArrayLength());
    }

    [Fact]
    public async Task Describe_Candidates_BestFirstAndPatternsFilled()
    {
        await File.WriteAllLinesAsync(folder.File("captions"), ["a red cube", "a blue sphere", "", "{} on top of {}"], TestContext.Current.CancellationToken);

        var outcome = await CommandLine.RunAsync(
            "describe", picture, "--candidates", folder.File("captions"), "--top", "9", "--json", "--model", CommandLine.StarterTiny);

        Assert.Equal(0, outcome.ExitCode);
        var lines = Lines(outcome);
        Assert.Equal(6, lines.Count);
        var scores = lines.Select(line => line.GetProperty("similarity").GetDouble()).ToList();
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.Contains(lines, line => line.GetProperty("caption").GetString() == "a red cube on top of a blue sphere");
    }

    [Fact]
    public async Task Generate_Rerank_KeepsSomeOfManyUnderTheirOwnSeeds()
    {
        var outcome = await RunAsync("generate", "a red cube", "-n", "2", "--rerank", "12", "--size", "64", "--seed", "3", "--decoder-steps", "2", "--json");

        Assert.Equal(0, outcome.ExitCode);
        var lines = Lines(outcome);
        Assert.Equal(2, lines.Count);
        Assert.All(lines, line => Assert.Equal(line.GetProperty("index").GetInt32() + 3u, line.GetProperty("seed").GetUInt32()));
        Assert.All(lines, line => Assert.InRange(line.GetProperty("index").GetInt32(), 0, 11));
        Assert.Equal(2, outcome.Error.Split('\n').Count(line => line.Contains("CLIP", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("vary", "{source}", "--strength", "1.5")]
    [InlineData("vary", "{source}", "--strength", "very")]
    [InlineData("vary", "absent.png")]
    [InlineData("vary", "{garbage}")]
    [InlineData("blend", "a cube")]
    [InlineData("blend", "a", "b", "c", "d", "e")]
    [InlineData("blend", "a cube", "absent.jpg")]
    [InlineData("blend", "a", "b", "--weights", "0", "0")]
    [InlineData("blend", "a", "b", "--weights", "1", "-1")]
    [InlineData("blend", "a", "b", "--weights", "1", "2", "3")]
    [InlineData("blend", "a", "b", "--frames", "1")]
    [InlineData("textdiff", "{source}", "a cat", "a cat")]
    [InlineData("describe", "{source}")]
    [InlineData("describe", "{source}", "--candidates", "absent.txt")]
    [InlineData("embed", "text", " ")]
    [InlineData("generate", "a cube", "--prior-candidates", "0")]
    [InlineData("generate", "a cube", "-n", "4", "--rerank", "3")]
    public async Task AnyCommand_BadInput_OneLineAndExitTwo(params string[] arguments)
    {
        await File.WriteAllTextAsync(folder.File("garbage"), "no picture", TestContext.Current.CancellationToken);
        var written = Directory.EnumerateFiles(folder.Path).Count();

        var outcome = await CommandLine.RunInAsync(folder.Path, [
            .. arguments.Select(argument => argument.Replace("{source}", picture, StringComparison.Ordinal).Replace("{garbage}", folder.File("garbage"), StringComparison.Ordinal)),
            "--model", CommandLine.StarterTiny,
            .. arguments[0] is "describe" or "embed" ? Array.Empty<string>() : ["--seed", "1", "--size", "64"]]);

        Assert.Equal(2, outcome.ExitCode);
        Assert.NotEmpty(outcome.OneLine);
        Assert.Equal(written, Directory.EnumerateFiles(folder.Path).Count());
    }

    public void Dispose() => folder.Dispose();

    private Task<Outcome> RunAsync(params string[] arguments) => CommandLine.RunAsync([.. arguments, "--model", CommandLine.StarterTiny, "--out", folder.Path]);

    private static List<JsonElement> Lines(Outcome outcome) =>
        [.. outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
}
