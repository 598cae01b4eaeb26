using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Cli.Maintenance;

namespace PromptCanvas.Cli.Tests.Commands;

public sealed partial class UsersCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public UsersCommandTests() => File.WriteAllText(System.IO.Path.Combine(folder.Path, "appsettings.json"), """{ "Urls": "http://studio.example:5080" }""");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Add_WithAKey_PrintsTheLinkAndTheKey()
    {
        var added = await CommandLine.RunInAsync(folder.Path, "users", "add", "ada@example.com", "--role", "viewer", "--api-key");
        var lines = added.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(0, added.ExitCode);
        Assert.Matches(Link(), lines[0]);
        Assert.Matches(Key(), lines[1]);
        Assert.Equal(2, lines.Length);
        Assert.True(File.Exists(System.IO.Path.Combine(folder.Path, "data", "promptcanvas.db")));
    }

    [Fact]
    public async Task Add_TheSamePersonTwice_IsOneLineAndExitCode2()
    {
        await CommandLine.RunInAsync(folder.Path, "users", "add", "ada@example.com");
        var again = await CommandLine.RunInAsync(folder.Path, "users", "add", "ADA@example.com");

        Assert.Equal(2, again.ExitCode);
        Assert.Contains("already", again.OneLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_WithCredits_IsThePersonsAllowanceInTheDatabase()
    {
        var added = await CommandLine.RunInAsync(folder.Path, "users", "add", "ada@example.com", "--credits", "37");

        Assert.Equal(0, added.ExitCode);
        using var installation = Installation.Open(System.IO.Path.Combine(folder.Path, "data"));
        await using var database = installation.OpenDatabase();
        var credits = Assert.Single(await database.PersonCredits.ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(37, credits.Allowance);
    }

    [Fact]
    public async Task Add_NegativeCredits_IsOneLineAndExitCode2()
    {
        var refused = await CommandLine.RunInAsync(folder.Path, "users", "add", "ada@example.com", "--credits", "-1");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("0 or more", refused.OneLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-address", "member", "e-mail")]
    [InlineData("ada@example.com", "king", "administrator, member, viewer")]
    public async Task Add_WrongInput_IsOneLineAndExitCode2(string email, string role, string said)
    {
        var refused = await CommandLine.RunInAsync(folder.Path, "users", "add", email, "--role", role);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(said, refused.OneLine, StringComparison.Ordinal);
    }

    [GeneratedRegex("^http://studio\\.example:5080/join\\?token=[A-Za-z0-9_-]{43}$")]
    private static partial Regex Link();

    [GeneratedRegex("^pc_[A-Za-z0-9_-]{43}$")]
    private static partial Regex Key();
}
