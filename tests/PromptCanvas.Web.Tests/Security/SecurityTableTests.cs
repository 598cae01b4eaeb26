using System.Text.RegularExpressions;

using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

/// <summary>The tests that the documentation names exist.</summary>
public sealed partial class SecurityTableTests
{
    private static readonly HashSet<string> Tests = [.. Directory.EnumerateFiles(Path.Combine(Studio.RepoRoot, "tests"), "*Tests.cs", SearchOption.AllDirectories)
        .SelectMany(file => Test().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileNameWithoutExtension(file)}.{match.Groups[1].Value}"))];

    [Fact]
    public void EveryItem_NamesATestThatExists()
    {
        var named = Lines("security.md").Where(line => line.StartsWith('|')).Skip(2).Select(line => line.Trim('|').Split('|')[^1].Trim()).ToList();

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(Tests));
    }

    [Theory]
    [InlineData("queue.md")]
    [InlineData("openai-api.md")]
    public void EveryTest_NamedInATable_Exists(string page)
    {
        var named = Lines(page).Where(line => line.StartsWith('|')).SelectMany(line => Name().Matches(line)).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(Tests, test => test.StartsWith(name, StringComparison.Ordinal)));
    }

    private static string[] Lines(string page) => File.ReadAllLines(Path.Combine(Studio.RepoRoot, "docs", page));

    [GeneratedRegex(@"public (?:async )?(?:Task|void) (\w+)\(")]
    private static partial Regex Test();

    // A long name may be truncated: `StageTests.Restart_…`.
    [GeneratedRegex(@"`(\w+Tests\.\w+)…?`")]
    private static partial Regex Name();
}
