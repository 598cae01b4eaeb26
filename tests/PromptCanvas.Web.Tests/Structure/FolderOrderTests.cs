using System.Reflection;
using System.Text.RegularExpressions;

namespace PromptCanvas.Web.Tests.Structure;

/// <summary>Folders refer to each other in one direction. A namespace is a folder, as IDE0130 enforces.</summary>
public sealed partial class FolderOrderTests
{
    /// <summary>Each folder may refer to those of the lines before it; folders of one line only to the left.</summary>
    private static readonly string[][] Order =
    [
        ["Configuration", "Results", "Supervision", "Live"],
        ["Storage"],
        ["Settings"],
        ["Library"],
        ["Previews", "Safety", "Requests.Editing", "Requests.Operations", "Requests"],
        ["Nodes"],
        ["Queue"],
        ["Worker"],
        ["Instant"],
        ["Series"],
        ["Bias.Measuring", "Bias"],
        ["Datasets"],
    ];

    /// <summary>The namespace that composes a project and may therefore refer to everything.</summary>
    private static readonly Dictionary<Assembly, string> Roots = new()
    {
        [StudioAssemblies.Web] = "PromptCanvas.Web.Hosting",
        [StudioAssemblies.Generation] = "PromptCanvas.Generation",
        [StudioAssemblies.Cluster] = "PromptCanvas.Cluster",
        [StudioAssemblies.Onnx] = "PromptCanvas.Diffusion.Onnx",
    };

    /// <summary>Only one project refers to the clients of Redis, and only Program.cs refers to that project.</summary>
    [Fact]
    public void ServersBetweenNodes_AreKnownToOneProject()
    {
        var cluster = StudioAssemblies.Cluster;
        var users = StudioAssemblies.All.Where(assembly => assembly.GetReferencedAssemblies().Any(used => used.Name is "StackExchange.Redis" or "AWSSDK.S3"));
        var inWeb = StudioAssemblies.Web.GetTypes().Where(type => type.Namespace is not null && TypeUses.Of(type).Any(used => used.Assembly == cluster));

        Assert.Equal([cluster], users);
        Assert.Equal([StudioAssemblies.Web], StudioAssemblies.All.Where(assembly => assembly.GetReferencedAssemblies().Any(used => used.Name == cluster.GetName().Name)));
        Assert.Empty(inWeb);
    }

    [Fact]
    public void FoldersOfGeneration_ReferToEarlierOnesOnly()
    {
        var rank = Order.SelectMany(folders => folders).Select((folder, index) => (Name: $"PromptCanvas.Generation.{folder}", index)).ToDictionary();

        var faults =
            from edge in EdgesOf(StudioAssemblies.Generation)
            where edge.From != "PromptCanvas.Generation"
            where !rank.TryGetValue(edge.From, out var user) || !rank.TryGetValue(edge.To, out var used) || used > user
            select edge.Show;

        Assert.Empty(faults);
    }

    [Fact]
    public void Worker_AndInstant_DoNotReferToEachOther() => Assert.DoesNotContain(
        EdgesOf(StudioAssemblies.Generation),
        edge => edge is { From: "PromptCanvas.Generation.Instant", To: "PromptCanvas.Generation.Worker" });

    [Fact]
    public void Folders_OutsideCompositionRoots_FormNoCycle()
    {
        foreach (var assembly in StudioAssemblies.All)
        {
            var root = Roots.GetValueOrDefault(assembly);
            var left = EdgesOf(assembly).Where(edge => edge.From != root && edge.To != root).ToList();

            // What remains after folders without outgoing references are taken away, again and again, is a cycle.
            while (left.RemoveAll(edge => left.TrueForAll(other => other.From != edge.To)) > 0)
            {
            }

            // Folders that only refer to the cycle are not part of it.
            while (left.RemoveAll(edge => left.TrueForAll(other => other.To != edge.From)) > 0)
            {
            }

            Assert.True(left.Count == 0, $"{assembly.GetName().Name}: {string.Join("; ", left.Select(edge => edge.Show).Take(10))}");
        }
    }

    private static List<Edge> EdgesOf(Assembly assembly) =>
    [
        .. from type in assembly.GetTypes()
           where type.Namespace?.StartsWith("PromptCanvas", StringComparison.Ordinal) == true && !Generated().IsMatch(type.FullName!)
           from used in TypeUses.Of(type)
           where used.Assembly == assembly && used.Namespace?.StartsWith("PromptCanvas", StringComparison.Ordinal) == true && used.Namespace != type.Namespace
           group $"{type.Name} uses {used.Name}" by (type.Namespace, used.Namespace) into uses
           select new Edge(uses.Key.Item1!, uses.Key.Item2!, uses.First()),
    ];

    // Source-generated helpers lie in namespaces of their generators.
    [GeneratedRegex("Generated__|<>")]
    private static partial Regex Generated();

    private sealed record Edge(string From, string To, string Example)
    {
        public string Show => $"{From} → {To} ({Example})";
    }
}
