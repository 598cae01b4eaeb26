using System.Reflection;

namespace PromptCanvas.Web.Tests.Structure;

/// <summary>Files refer to each other in one direction. The few cycles left are listed here; a new one fails.</summary>
public sealed class FileCycleTests
{
    /// <summary>The files of each cycle, and why they stay together.</summary>
    private static readonly Dictionary<string, string> Known = new()
    {
        ["BlendOperation.cs DraftOperation.cs EditOperation.cs EraseOperation.cs ExtendOperation.cs FinishOperation.cs GenerateOperation.cs JobOperation.cs OperationDefinition.cs OperationFields.cs TextDifferenceOperation.cs VaryOperation.cs"] =
            "an operation is read from its name, so the base knows the list of its kinds",
        ["ActiveRequest.cs Lane.cs"] = "a request holds its lanes, and a lane reports to its request",
    };

    [Fact]
    public void Files_ReferToEachOther_InOneDirection()
    {
        var found = StudioAssemblies.All.SelectMany(CyclesOf).Order(StringComparer.Ordinal);

        Assert.Equal(Known.Keys.Order(StringComparer.Ordinal), found);
    }

    [Fact]
    public void Types_HaveTheirFiles()
    {
        var files = SourceFiles.Of(StudioAssemblies.Web);

        Assert.Equal("PromptCanvas.Web/Security/ICurrentActor.cs", files[StudioAssemblies.Web.GetType("PromptCanvas.Web.Security.ICurrentActor")!]);
        Assert.Equal("PromptCanvas.Web/Components/Runs/RunPanel.razor", files[StudioAssemblies.Web.GetType("PromptCanvas.Web.Components.Runs.RunPanel")!]);
    }

    /// <summary>The file names of each strongly connected group.</summary>
    private static IEnumerable<string> CyclesOf(Assembly assembly)
    {
        var files = SourceFiles.Of(assembly);
        var uses = files.GroupBy(pair => pair.Value, pair => pair.Key).ToDictionary(
            group => group.Key,
            group => group.SelectMany(TypeUses.Of).Where(files.ContainsKey).Select(used => files[used]).Where(used => used != group.Key).ToHashSet());
        var reached = uses.Keys.ToDictionary(file => file, file => ReachedFrom(file, uses));
        return uses.Keys.Where(file => reached[file].Contains(file))
            .Select(file => string.Join(" ", uses.Keys.Where(other => reached[file].Contains(other) && reached[other].Contains(file)).Select(Path.GetFileName).Order(StringComparer.Ordinal)))
            .Distinct();
    }

    private static HashSet<string> ReachedFrom(string file, Dictionary<string, HashSet<string>> uses)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>(uses[file]);
        while (open.TryPop(out var next))
        {
            if (reached.Add(next))
            {
                foreach (var used in uses[next])
                {
                    open.Push(used);
                }
            }
        }

        return reached;
    }
}
