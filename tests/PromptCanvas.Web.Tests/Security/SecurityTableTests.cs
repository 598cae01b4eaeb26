using System.Reflection;

using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

/// <summary>docs/security.md names tests that exist.</summary>
public sealed class SecurityTableTests
{
    [Fact]
    public void EveryItem_NamesATestThatExists()
    {
        var tests = typeof(SecurityTableTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(method => method.GetCustomAttributes<FactAttribute>().Any()).Select(method => $"{type.Name}.{method.Name}"))
            .ToHashSet(StringComparer.Ordinal);
        var named = File.ReadAllLines(Path.Combine(Studio.RepoRoot, "docs", "security.md"))
            .Where(line => line.StartsWith('|')).Skip(2).Select(line => line.Trim('|').Split('|')[^1].Trim()).ToList();

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(tests));
    }
}
