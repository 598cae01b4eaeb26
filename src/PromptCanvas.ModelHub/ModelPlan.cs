using System.Text.Json.Serialization;

namespace PromptCanvas.ModelHub;

/// <summary>What to download.</summary>
/// <param name="Model">A known name (karlo, say) or OWNER/REPO.</param>
/// <param name="Revision">A branch, tag or commit; null = main.</param>
/// <param name="Half">Whether 16-bit weights are preferred where there are both: half the download and disk.</param>
/// <param name="Name">The folder's name; null = the model's own.</param>
public sealed record ModelRequest(string Model, string? Revision = null, bool Half = false, string? Name = null);

/// <summary>A repository's files and the folder they go into.</summary>
/// <param name="Folder">Inside the model's folder; empty = the folder itself.</param>
/// <param name="Places">Components whose folders have another name here; null = none.</param>
public sealed record PlannedPart(
    string Repository, string Commit, string Folder, string? Licence, string? LicenceAddress, IReadOnlyList<HubFile> Files, IReadOnlyDictionary<string, string>? Places = null)
{
    /// <summary>Where a file goes inside the model's folder.</summary>
    internal string PathOf(HubFile file)
    {
        var component = file.Path.Split('/')[0];
        return Path.Combine(Folder, Places?.GetValueOrDefault(component) is { } place ? Path.Combine([place, .. file.Path.Split('/')[1..]]) : Path.Combine(file.Path.Split('/')));
    }
}

/// <summary>A download that was looked up: nothing of it is fetched yet, or a part is.</summary>
/// <param name="Name">The model's folder in the models folder.</param>
/// <param name="Index">The contents of a <c>model_index.json</c> that joins the parts; null = the repository has its own.</param>
public sealed record ModelPlan(string Name, string Hub, ModelRequest Request, IReadOnlyList<PlannedPart> Parts, string? Index)
{
    /// <summary>Bytes of all files.</summary>
    [JsonIgnore]
    public long Bytes => Parts.Sum(part => part.Files.Sum(file => file.Size));

    /// <summary>Number of files.</summary>
    [JsonIgnore]
    public int Count => Parts.Sum(part => part.Files.Count);

    /// <summary>The least bytes of each network's weights in memory, as 32-bit floats: files that are named as 16-bit ones double.</summary>
    [JsonIgnore]
    public IReadOnlyList<long> Networks => [.. Parts.SelectMany(part => part.Files
        .Where(NeededFiles.IsWeights)
        .GroupBy(file => file.Path[..file.Path.LastIndexOf('/')])
        .Select(network => network.Sum(file => NeededFiles.IsHalf(file) ? 2 * file.Size : file.Size)))];

    /// <summary>The licences to accept, each once.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Licences => [.. Parts.Select(part => part.Licence ?? "none named").Distinct()];
}
