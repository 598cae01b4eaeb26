namespace PromptCanvas.Cli.Tests.Commands;

public sealed class ModelsCommandTests
{
    [Fact]
    public async Task List_ModelsFolder_NamesEachModel()
    {
        var outcome = await CommandLine.RunAsync("models", "list");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal("starter-tiny", outcome.Output.Trim());
    }

    [Fact]
    public async Task Check_SoundModel_SaysWhatItMakes()
    {
        var outcome = await CommandLine.RunAsync("models", "check", "starter-tiny");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("every tensor is there", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("This machine has ", outcome.Output, StringComparison.Ordinal);
        Assert.Matches("Measured peaks of the process: |is not measured on this machine yet", outcome.Output);
    }

    [Fact]
    public async Task Check_UnknownModel_IsBadInput()
    {
        var outcome = await CommandLine.RunAsync("models", "check", "nope");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("choose starter-tiny", outcome.OneLine, StringComparison.Ordinal);
    }
}
