using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PromptCanvas.Web.Features.Operations;

/// <summary>Descriptions of options, read from the documentation files that the build puts next to the assemblies.</summary>
internal sealed partial class OptionDescriptions
{
    private readonly ConcurrentDictionary<Assembly, Dictionary<string, string>> files = new();

    /// <returns>The summary in one line; empty when there is none.</returns>
    public string Of(PropertyInfo property) =>
        files.GetOrAdd(property.DeclaringType!.Assembly, Read).GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}", "");

    private static Dictionary<string, string> Read(Assembly assembly)
    {
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        return File.Exists(file)
            ? XDocument.Load(file).Descendants("member").Where(member => member.Element("summary") is not null)
                .ToDictionary(member => member.Attribute("name")!.Value, member => Line(member.Element("summary")!))
            : [];
    }

    private static string Line(XElement summary)
    {
        foreach (var reference in summary.Descendants("see").ToList())
        {
            reference.ReplaceWith((reference.Attribute("cref")?.Value ?? reference.Attribute("langword")?.Value ?? "").Split('.', ':')[^1]);
        }

        return Space().Replace(summary.Value, " ").Trim();
    }

    [GeneratedRegex("\\s+")]
    private static partial Regex Space();
}
