using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Structure;

/// <summary>Constructs that are allowed in few places only.</summary>
public sealed class SourceTests
{
    [Fact]
    public void RawSql_IsWrittenInTheQueuesFewPlaces()
    {
        string[] known = ["DoctorChecks.cs", "Heartbeat.cs", "JobClaims.cs", "LeaseRecovery.cs"];

        Assert.Equal(known, FilesWith("FromSqlRaw(", "ExecuteSqlRaw", "SqlQueryRaw<").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void PictureAddresses_AreWrittenInOnePlace()
    {
        string[] written = ["\"/api/images/", "\"/images/{", "\"/images/@", "}/images/{"];

        Assert.Equal(["PictureAddress.cs"], FilesWith(written).Where(file => !file.EndsWith("Endpoints.cs", StringComparison.Ordinal) && !IsPageOnly(file)).Order());

        bool IsPageOnly(string file) => Directory.EnumerateFiles(Path.Combine(Studio.RepoRoot, "src"), file, SearchOption.AllDirectories)
            .SelectMany(File.ReadAllLines).Where(line => written.Any(word => line.Contains(word, StringComparison.Ordinal)))
            .All(line => line.StartsWith("@page ", StringComparison.Ordinal));
    }

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

    private static IEnumerable<string> FilesWith(params string[] words) =>
        Directory.EnumerateFiles(Path.Combine(Studio.RepoRoot, "src"), "*.*", SearchOption.AllDirectories)
            .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal))
            .Where(file => File.ReadAllText(file) is var text && words.Any(word => text.Contains(word, StringComparison.Ordinal)))
            .Select(Path.GetFileName)!;
}
