using System.Text.Json;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Cli.Tests.Commands;

/// <summary><c>generate --style FOLDER</c>.</summary>
public sealed class StyleOptionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TemporaryFolder results = new();

    public void Dispose()
    {
        folder.Dispose();
        results.Dispose();
    }

    [Fact]
    public async Task Generate_InTheStyleOfAFolder_DrawsOtherPicturesAndSaysSo()
    {
        await MakeAsync(folder, "a pencil sketch of a red cube", "-n", "2");
        var plain = await MakeAsync(results, "a blue star", "-n", "1");
        var bytes = await File.ReadAllBytesAsync(results.File("001-3.png"), TestContext.Current.CancellationToken);

        var styled = await MakeAsync(results, "a blue star", "-n", "1", "--style", folder.Path, "--style-weight", "-0.25");

        Assert.False(plain.GetProperty("recipe").TryGetProperty("style", out _));
        var style = styled.GetProperty("recipe").GetProperty("style");
        Assert.Equal((Path.GetFileName(folder.Path), -0.25), (style.GetProperty("name").GetString(), style.GetProperty("weight").GetDouble()));
        Assert.NotEqual(bytes, await File.ReadAllBytesAsync(results.File("001-3.png"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("vary")]
    [InlineData("edit")]
    [InlineData("blend")]
    [InlineData("extend")]
    public async Task OtherCommands_InTheStyleOfAFolder_DrawOtherPicturesAndSaySo(string command)
    {
        await MakeAsync(folder, "a pencil sketch of a red cube", "-n", "2");
        var picture = folder.File("001-3.png");
        var mask = results.File("mask.png");
        await File.WriteAllBytesAsync(mask, PngEncoder.EncodeGrey(64, 64, [.. Enumerable.Range(0, 64 * 64).Select(pixel => pixel % 64 is >= 16 and < 48 ? byte.MinValue : byte.MaxValue)]), TestContext.Current.CancellationToken);
        string[] arguments = command switch
        {
            "vary" => [command, picture, "--size", "64"],
            "edit" => [command, picture, "a blue star", "--mask", mask, "--size", "64"],
            "extend" => [command, picture, "a blue star", "--left", "32", "--size", "64"],
            _ => [command, picture, "a blue star", "--size", "64"],
        };

        await RunAsync(results, arguments);
        var bytes = await File.ReadAllBytesAsync(results.File("001-3.png"), TestContext.Current.CancellationToken);
        var styled = await RunAsync(results, [.. arguments, "--style", folder.Path, "--style-weight", "0.5"]);

        Assert.Equal(0.5, styled.GetProperty("recipe").GetProperty("style").GetProperty("weight").GetDouble());
        Assert.NotEqual(bytes, await File.ReadAllBytesAsync(results.File("001-3.png"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Extend_WithoutAPromptInAStyle_SaysWhyNot()
    {
        await MakeAsync(folder, "a pencil sketch of a red cube", "-n", "2");

        var outcome = await CommandLine.RunAsync(
            ["extend", folder.File("001-3.png"), "--left", "32", "--size", "64", "--style", folder.Path, "--model", CommandLine.StarterTiny, "--out", results.Path]);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("Without a prompt the picture is continued as it is", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_FolderOrWeightThatCannotBeUsed_SaysWhy()
    {
        await RefusesAsync("0 PNGs", "--style", folder.Path);
        await RefusesAsync("--style-weight needs --style", "--style-weight", "0.5");
        await RefusesAsync("-1", "--style", folder.Path, "--style-weight", "1.5");
        await File.WriteAllBytesAsync(folder.File("a.png"), [], TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(folder.File("b.png"), [], TestContext.Current.CancellationToken);
        await RefusesAsync("has no prompt", "--style", folder.Path);
    }

    private async Task RefusesAsync(string why, params string[] options)
    {
        var outcome = await CommandLine.RunAsync(["generate", "a cube", "--model", CommandLine.StarterTiny, "--out", results.Path, .. options]);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(why, outcome.Error.Replace('−', '-'), StringComparison.Ordinal);
    }

    private static Task<JsonElement> MakeAsync(TemporaryFolder folder, string prompt, params string[] options) => RunAsync(folder, ["generate", prompt, "--size", "64", .. options]);

    private static async Task<JsonElement> RunAsync(TemporaryFolder folder, params string[] arguments)
    {
        var outcome = await CommandLine.RunAsync([.. arguments, "--seed", "3", "--decoder-steps", "2", "--model", CommandLine.StarterTiny, "--out", folder.Path, "--json"]);
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        return JsonDocument.Parse(outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[0]).RootElement;
    }
}
