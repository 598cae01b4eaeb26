using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>The table of clients in docs/openai-api.md names the versions that are run and the calls that they make.</summary>
public sealed partial class ClientTableTests
{
    // As the clients of all languages name the calls.
    private static readonly Dictionary<string, string> Calls = new()
    {
        ["generations"] = "(?i)generateimage|images[.]generate|generate\\(|DallEAPIWrapper|ImageGenerat|Generate\\w*Async",
        ["edits"] = "(?i)images[.]edit|generateimageedit|prompt: \\{ text|EditImages?Async",
        ["variations"] = "(?i)create_?variation|generateimagevariation",
        ["stream"] = "stream(=|: )(True|true)",
        ["models"] = "models[.](list|retrieve)|GetModelsAsync|GetModelAsync",
        ["errors"] = "NotFoundError|ClientResultException",
        ["retries"] = "retry-after",
    };

    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Studio.RepoRoot, "docs", "openai-api.md"));

    [Fact]
    public void Versions_AreThoseThatAreInstalled()
    {
        var (node, others) = (Packages("openai-node"), Packages("others"));
        var recorded = UserAgent().Match(File.ReadAllText(Client("openai-python", "generate.http"))).Groups[1].Value;

        Assert.Equal(
            [
                $"openai (Node) | {node["openai"]}",
                $"OpenAI (.NET) | {Central("OpenAI")}",
                $"AI SDK, `@ai-sdk/openai` | {others["ai"]}, {others["@ai-sdk/openai"]}",
                $"LangChain.js, `@langchain/openai` | {others["@langchain/openai"]}",
                $"Model Context Protocol, `@modelcontextprotocol/sdk` | {others["@modelcontextprotocol/sdk"]}",
                $"Model Context Protocol, `@modelcontextprotocol/conformance` | {others["@modelcontextprotocol/conformance"]}",
                $"Microsoft.Extensions.AI, `Microsoft.Extensions.AI.OpenAI` | {Central("Microsoft.Extensions.AI.OpenAI")}",
                $"openai (Python) | {recorded}",
            ],
            Rows().Take(8).Select(row => $"{row[0]} | {row[1]}"));
    }

    [Theory]
    [InlineData("openai (Node)", "clients/openai-node/client.mjs", "clients/openai-node/retries.mjs")]
    [InlineData("OpenAI (.NET)", "PromptCanvas.Web.Tests/Features/OpenAi/OfficialClientTests.cs", "PromptCanvas.Web.Tests/Features/OpenAi/RealPortTests.cs")]
    [InlineData("AI SDK, `@ai-sdk/openai`", "clients/others/ai-sdk.mjs")]
    [InlineData("LangChain.js, `@langchain/openai`", "clients/others/langchain.mjs")]
    [InlineData("Microsoft.Extensions.AI, `Microsoft.Extensions.AI.OpenAI`", "PromptCanvas.Web.Tests/Features/OpenAi/MicrosoftAiTests.cs")]
    [InlineData("openai (Python)", "clients/openai-python/calls.py")]
    public void Calls_AreMadeByTheScript(string client, params string[] scripts)
    {
        var source = string.Concat(scripts.Select(script => File.ReadAllText(Path.Combine(Studio.RepoRoot, "tests", script))));
        var named = Calls.Where(call => Rows().First(row => row[0] == client)[2].Contains(call.Key, StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(named);
        Assert.All(named, call => Assert.Matches(call.Value, source));
    }

    private static IEnumerable<string[]> Rows() => Lines.SkipWhile(line => line != "## Clients that are run").SkipWhile(line => !line.StartsWith("|---", StringComparison.Ordinal)).Skip(1)
        .TakeWhile(line => line.StartsWith('|')).Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray());

    private static string Client(string folder, string file) => Path.Combine(Studio.RepoRoot, "tests", "clients", folder, file);

    private static Dictionary<string, string> Packages(string folder) =>
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Client(folder, "package.json"))).GetProperty("dependencies").Deserialize<Dictionary<string, string>>()!;

    private static string Central(string package) => XDocument.Load(Path.Combine(Studio.RepoRoot, "Directory.Packages.props")).Descendants("PackageVersion")
        .Single(element => element.Attribute("Include")?.Value == package).Attribute("Version")!.Value;

    [GeneratedRegex(@"(?i)user-agent: OpenAI/Python (\S+)")]
    private static partial Regex UserAgent();
}
