using System.Reflection;

namespace PromptCanvas.Tests.Shared;

/// <summary>Finds the golden data from the repository's root.</summary>
internal static class Fixture
{
    private static readonly string Root = FindRoot();

    /// <summary>The path of a file or folder below <c>tests/fixtures</c>.</summary>
    public static string PathOf(string relativePath) => Path.Combine(Root, "tests", "fixtures", relativePath);

    /// <summary>Reads a safetensors file of <c>unclip-tiny/golden</c>.</summary>
    public static SafetensorsFile Golden(string name) => new(PathOf(Path.Combine("unclip-tiny", "golden", name + ".safetensors")));

    private static string FindRoot()
    {
        foreach (var attribute in typeof(Fixture).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>())
        {
            if (attribute is { Key: "RepoRoot", Value: { } root })
            {
                return root;
            }
        }

        throw new InvalidOperationException("The test assembly has no RepoRoot metadata.");
    }
}
