namespace PromptCanvas.Cli.Tests.Commands;

/// <summary>Arguments that are not text are refused by name, before anything is read or written.</summary>
public sealed class TextArgumentTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("PROMPT", "generate", "a\uFFFEb")]
    [InlineData("PROMPT", "generate", "a\u0007b")]
    [InlineData("PROMPT", "generate", "\U0010FFFF")]
    [InlineData("--negative", "generate", "a cube", "--negative", "\uFDD0")]
    [InlineData("--model", "generate", "a cube", "--model", "\uFFFE")]
    [InlineData("FROM", "textdiff", "a.png", "\uFFFE", "b")]
    [InlineData("INPUT", "blend", "a", "\uFFFE")]
    [InlineData("INPUT", "embed", "text", "\uFFFE")]
    [InlineData("EMAIL", "users", "add", "\uFFFE@example.com")]
    public async Task Argument_ThatIsNoText_IsRefusedByItsName(string name, params string[] arguments)
    {
        var outcome = await CommandLine.RunInAsync(folder.Path, arguments);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains($"\"{name}\"", outcome.OneLine, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }
}
