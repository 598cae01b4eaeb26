using System.Text.RegularExpressions;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Structure;

/// <summary>Constructs that are allowed in few places only.</summary>
public sealed partial class SourceTests
{
    private const int LongestFile = 300;

    [Fact]
    public void RawSql_IsWrittenInTheQueuesFewPlaces()
    {
        string[] known = ["DoctorChecks.cs", "Heartbeat.cs", "JobClaims.cs", "LostJobs.cs", "NodeRows.cs", "QueueDialect.cs"];

        Assert.Equal(known, FilesWith("FromSqlRaw(", "ExecuteSqlRaw", "SqlQueryRaw<").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Files_HaveAtMost300Lines() => Assert.Empty(
        Directory.EnumerateFiles(Path.Combine(Studio.RepoRoot, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadLines(file).Count() > LongestFile).Select(Path.GetFileName));

    [Fact]
    public void PictureAddresses_AreWrittenInOnePlace()
    {
        string[] written = ["\"/api/images/", "\"/images/{", "\"/images/@", "}/images/{"];

        Assert.Equal(["PictureAddress.cs"], FilesWith(written).Where(file => !file.EndsWith("Endpoints.cs", StringComparison.Ordinal) && !IsPageOnly(file)).Order());

        bool IsPageOnly(string file) => Directory.EnumerateFiles(Path.Combine(Studio.RepoRoot, "src"), file, SearchOption.AllDirectories)
            .SelectMany(File.ReadAllLines).Where(line => written.Any(word => line.Contains(word, StringComparison.Ordinal)))
            .All(line => line.StartsWith("@page ", StringComparison.Ordinal));
    }

    /// <summary>A component may be disposed before its script has loaded; PageScripts handles that.</summary>
    [Fact]
    public void Scripts_AreImportedInOnePlace() => Assert.Equal(["PageScripts.cs"], FilesWith("\"import\""));

    [Fact]
    public void Markup_IsNeverPassedThrough() => Assert.Empty(FilesWith("MarkupString", "AddMarkupContent"));

    [Fact]
    public void Scripts_BuildNoMarkupFromText()
    {
        string[] words = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "createContextualFragment", "eval(", "new Function", "setHTMLUnsafe"];
        var scripts = Directory.GetFiles(Path.Combine(Studio.RepoRoot, "wwwroot", "js"), "*.js", SearchOption.AllDirectories);

        Assert.NotEmpty(scripts);
        Assert.DoesNotContain(scripts, file => File.ReadAllText(file) is var text && words.Any(word => text.Contains(word, StringComparison.Ordinal)));
    }

    /// <summary>Such a path would lead out of a studio that is served below a path of the host.</summary>
    [Fact]
    public void Scripts_NameNoPathOfTheHost()
    {
        var scripts = Directory.GetFiles(Path.Combine(Studio.RepoRoot, "wwwroot", "js"), "*.js", SearchOption.AllDirectories);

        Assert.Empty(scripts.SelectMany(file => HostPath().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileName(file)}: {match.Value}")));
    }

    /// <summary>Actions that the trash or an opposite button can undo need no question; the cancellation of a job asks for a reason, and turning the second factor off for the password, deleting a person for their address.</summary>
    [Fact]
    public void Buttons_ThatDestroy_AskByNameOrCanBeUndone()
    {
        string[] undoable = ["PictureViewer.razor: DeleteAsync", "GallerySelection.razor: DeleteAsync", "PeoplePage.razor: SuspendAsync", "SecondFactorPage.razor: TurnOffAsync", "PersonDeletion.razor: DeleteAsync"];
        var pages = Directory.GetFiles(Path.Combine(Studio.RepoRoot, "src", "PromptCanvas.Web"), "*.razor", SearchOption.AllDirectories);

        var silent = pages.SelectMany(page => Destroying().Matches(File.ReadAllText(page)).Select(match => (page, match)))
            .Where(found => !found.match.Value.Contains("data-confirm=", StringComparison.Ordinal))
            .Select(found => $"{Path.GetFileName(found.page)}: {found.match.Groups["act"].Value}");

        Assert.Empty(silent.Except(undoable));
    }

    // A form whose handler destroys, up to its end; or a button with such a handler.
    [GeneratedRegex("""(?s)<form[^>]*@onsubmit="[^"]*?(?<act>(?:Delete|Remove|Revoke|TurnOff|Suspend|SignOutEverywhere|MakeCodes)\w*Async)[^"]*".*?</form>|<(?:button|MudButton)[^<]*@?[oO]n[cC]lick="[^"]*?(?<act>(?:Delete|Remove|Revoke)\w*Async)[^"]*"[^<]*""")]
    private static partial Regex Destroying();

    // A string that begins with one slash.
    [GeneratedRegex("""['"`]/[a-z?][\w/?$]*""")]
    private static partial Regex HostPath();

    private static IEnumerable<string> FilesWith(params string[] words) =>
        Directory.EnumerateFiles(Path.Combine(Studio.RepoRoot, "src"), "*.*", SearchOption.AllDirectories)
            .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal))
            .Where(file => File.ReadAllText(file) is var text && words.Any(word => text.Contains(word, StringComparison.Ordinal)))
            .Select(Path.GetFileName)!;
}
