using System.Text.Json;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Cli.Tests.Commands;

public sealed class GenerateCommandTests : IDisposable
{
    private const string Prompt = "a red cube, naïve 🐶";

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Generate_Json_OneLineAndOnePictureEach()
    {
        var outcome = await CommandLine.RunAsync(
            "generate", Prompt, "-n", "2", "--size", "64", "--seed", "4294967295", "--model", CommandLine.StarterTiny, "--out", folder.Path, "--json");

        Assert.Equal(0, outcome.ExitCode);
        var lines = outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(2, lines.Count);
        Assert.Equal([4294967295u, 0u], lines.OrderBy(line => line.GetProperty("index").GetInt32()).Select(line => line.GetProperty("seed").GetUInt32()));
        Assert.All(lines, line =>
        {
            Assert.Equal(64, line.GetProperty("width").GetInt32());
            Assert.Equal(64, line.GetProperty("height").GetInt32());
            Assert.Equal(Prompt, line.GetProperty("prompt").GetString());
            Assert.Equal("starter-tiny", line.GetProperty("model").GetString());
            Assert.Equal(64, line.GetProperty("recipe").GetProperty("size").GetInt32());
            Assert.True(line.GetProperty("seconds").GetDouble() >= 0);
            Assert.True(File.Exists(line.GetProperty("file").GetString()));
        });
        Assert.Equal(["001-4294967295.png", "002-0.png"], Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Generate_Picture_SaysHowItWasMade()
    {
        await CommandLine.RunAsync(
            "generate", Prompt, "-n", "1", "--size", "64", "--seed", "3", "--decoder-steps", "4", "--model", CommandLine.StarterTiny, "--out", folder.Path);

        var text = PictureText.Read(await File.ReadAllBytesAsync(folder.File("001-3.png"), TestContext.Current.CancellationToken));

        Assert.NotNull(text);
        Assert.Equal(Prompt, text.Prompt);
        Assert.Equal(3u, text.Seed);
        Assert.StartsWith("PromptCanvas ", text.Software, StringComparison.Ordinal);
        Assert.Equal(4, JsonDocument.Parse(text.Recipe).RootElement.GetProperty("decoderSteps").GetInt32());
    }

    [Fact]
    public async Task Generate_AspectOfAModelOfSquares_ComposesThePictureAndSaysSo()
    {
        var outcome = await CommandLine.RunAsync(
            "generate", Prompt, "-n", "1", "--size", "64", "--aspect", "16:9", "--seed", "3", "--model", CommandLine.StarterTiny, "--out", folder.Path, "--json");

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Contains("starter-tiny makes squares: each picture is composed of 3.", outcome.Error, StringComparison.Ordinal);
        var line = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.Equal((64, 36), (line.GetProperty("width").GetInt32(), line.GetProperty("height").GetInt32()));
        Assert.Equal(("16:9", 3), (line.GetProperty("recipe").GetProperty("aspect").GetString(), line.GetProperty("recipe").GetProperty("squares").GetInt32()));
    }

    [Theory]
    [InlineData("de_DE.UTF-8")]
    [InlineData("sv_SE.UTF-8")]
    public async Task Generate_UnderAnyLocale_ReadsNumbersWithAPoint(string locale)
    {
        var settings = new Dictionary<string, string> { ["LC_ALL"] = locale, ["LANG"] = locale };
        var outcome = await CommandLine.RunInAsync(
            Environment.CurrentDirectory, settings,
            "generate", Prompt, "-n", "1", "--size", "64", "--seed", "3", "--guidance", "2.5", "--prior-guidance", "1.5", "--model", CommandLine.StarterTiny, "--out", folder.Path);

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        var text = PictureText.Read(await File.ReadAllBytesAsync(folder.File("001-3.png"), TestContext.Current.CancellationToken));
        var recipe = JsonDocument.Parse(text!.Recipe).RootElement;
        Assert.Equal((2.5, 1.5), (recipe.GetProperty("decoderGuidance").GetDouble(), recipe.GetProperty("priorGuidance").GetDouble()));
    }

    [Theory]
    [InlineData("--guidance", "2,5", "--guidance takes a number such as 2.5, not '2,5'.")]
    [InlineData("--guidance", "much", "--guidance takes a number such as 2.5, not 'much'.")]
    [InlineData("-n", "1,000", "-n takes a whole number, not '1,000'.")]
    [InlineData("--seed", "4294967296", "--seed takes a whole number of 0 or more, not '4294967296'.")]
    [InlineData("--decoder-steps", "2.5", "--decoder-steps takes a whole number, not '2.5'.")]
    public async Task Generate_WhatIsNoNumber_IsRefusedByTheOptionsName(string option, string value, string message)
    {
        var outcome = await CommandLine.RunAsync("generate", Prompt, option, value, "--model", CommandLine.StarterTiny, "--out", folder.Path);

        Assert.Equal(2, outcome.ExitCode);
        Assert.StartsWith(message, outcome.OneLine, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_SameSeed_GivesTheSameBytesAloneOrAmongOthers()
    {
        await CommandLine.RunAsync("generate", Prompt, "-n", "3", "--size", "64", "--seed", "10", "--model", CommandLine.StarterTiny, "--out", folder.Path);
        var expected = await File.ReadAllBytesAsync(folder.File("003-12.png"), TestContext.Current.CancellationToken);

        await CommandLine.RunAsync("generate", Prompt, "-n", "1", "--size", "64", "--seed", "12", "--model", CommandLine.StarterTiny, "--out", folder.Path);

        Assert.Equal(expected, await File.ReadAllBytesAsync(folder.File("001-12.png"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Generate_NoSeed_PrintsTheOneItChose()
    {
        var outcome = await CommandLine.RunAsync("generate", "a cube", "-n", "1", "--size", "64", "--model", CommandLine.StarterTiny, "--out", folder.Path);

        var seed = outcome.Error.Split('\n')[0];
        Assert.Matches("^seed [0-9]+$", seed);
        Assert.True(File.Exists(folder.File($"001-{seed["seed ".Length..]}.png")));
    }

    [Fact]
    public async Task Generate_LargerThanTheModelMakes_IsEnlargedAndSaysSo()
    {
        var outcome = await CommandLine.RunAsync(
            "generate", "a cube", "-n", "1", "--size", "64", "--seed", "1", "--model", CommandLine.UnClipTiny, "--out", folder.Path);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("makes 32 pixels; the pictures are enlarged to 64", outcome.OneLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_Previews_WritesEveryPictureStep()
    {
        await CommandLine.RunAsync(
            "generate", "a cube", "-n", "1", "--size", "64", "--seed", "1", "--decoder-steps", "3", "--previews", "--model", CommandLine.StarterTiny, "--out", folder.Path);

        var previews = Directory.EnumerateFiles(folder.Path, "001-1-decoder-*.png").Select(Path.GetFileName).Order().ToList();
        Assert.Equal(["001-1-decoder-01.png", "001-1-decoder-02.png", "001-1-decoder-03.png"], previews);
    }

    [Theory]
    [InlineData("The prompt is empty", "")]
    [InlineData("0 pictures cannot be made", "a cube", "-n", "0")]
    [InlineData("is not a size", "a cube", "--size", "100")]
    [InlineData("is not an aspect ratio: give W:H", "a cube", "--aspect", "9:1")]
    [InlineData("There is no model 'nope': choose starter-tiny", "a cube", "--model", "nope")]
    [InlineData("'guess' is not a prior", "a cube", "--prior", "guess")]
    [InlineData("decoder steps", "a cube", "--decoder-steps", "1")]
    [InlineData("decoder guidance", "a cube", "--guidance", "99")]
    [InlineData("-5", "a cube", "--seed", "-5")]
    [InlineData("exclude each other", "a cube", "--fast", "--best")]
    [InlineData("has no profile 'fast'", "a cube", "--fast")]
    [InlineData("There is no option --bogus", "--bogus")]
    public async Task Generate_BadInput_IsOneLineAndExitCodeTwo(string expected, params string[] arguments)
    {
        var model = arguments.Contains("--model") ? [] : new[] { "--model", CommandLine.StarterTiny };
        var outcome = await CommandLine.RunAsync(["generate", .. arguments, .. model, "--out", folder.Path]);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(expected, outcome.OneLine, StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public Task Generate_PriorThatTheModelLacks_IsBadInput() =>
        Generate_BadInput_IsOneLineAndExitCodeTwo("no autoregressive prior", "a cube", "--prior", "autoregressive", "--model", CommandLine.UnClipTiny);

    [Fact]
    public async Task Generate_FolderThatCannotBeWritten_IsBadInput()
    {
        await File.WriteAllTextAsync(folder.File("file"), "", TestContext.Current.CancellationToken);

        var outcome = await CommandLine.RunAsync("generate", "a cube", "--model", CommandLine.StarterTiny, "--out", folder.File("file/below"));

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("--out", outcome.OneLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_DamagedWeights_IsAFaultThatNamesTheFile()
    {
        CopyFolder(CommandLine.StarterTiny, folder.File("broken"));
        var weights = folder.File("broken/decoder/diffusion_pytorch_model.safetensors");
        await using (var file = File.OpenWrite(weights))
        {
            file.SetLength(file.Length - 100);
        }

        var outcome = await CommandLine.RunAsync("generate", "a cube", "--model", folder.File("broken"), "--out", folder.Path);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("diffusion_pytorch_model.safetensors", outcome.OneLine, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static void CopyFolder(string source, string destination)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(destination, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
