using System.Text.Json;

namespace PromptCanvas.Data.Nodes;

/// <summary>A process of a studio whose processes share the queue, as it described itself in its last report.</summary>
public sealed class Node
{
    /// <summary>As in the column LeasedBy of its jobs; new after each start.</summary>
    public required string Id { get; init; }

    /// <summary>Its name for people: the host's, unless the settings give another.</summary>
    public required string Name { get; set; }

    /// <summary>Web, Worker or both.</summary>
    public required string Roles { get; set; }

    public required string Version { get; set; }

    /// <summary>The devices of its engines; empty without engines.</summary>
    public required string Device { get; set; }

    /// <summary>Memory that the process uses, in bytes.</summary>
    public long MemoryBytes { get; set; }

    /// <summary>The models that it can run, as a JSON array of names.</summary>
    public string Models { get; set; } = "[]";

    /// <summary>Those of <see cref="Models"/> whose weights are in memory.</summary>
    public string LoadedModels { get; set; } = "[]";

    /// <summary>Measured seconds between two steps of its engine; null until it has made some.</summary>
    public double? StepSeconds { get; set; }

    /// <summary>Measured seconds per picture by model, kind and size, as JSON.</summary>
    public string PictureSeconds { get; set; } = "[]";

    /// <summary>Jobs that it runs.</summary>
    public int RunningJobs { get; set; }

    /// <summary>Pictures that it finished in the last five minutes.</summary>
    public int RecentPictures { get; set; }

    /// <summary>Seconds by which its machine's clock is ahead of the database's; negative = behind. It corrects its times by that.</summary>
    public int ClockSeconds { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    /// <summary>Time of the last report, by the database's clock.</summary>
    public DateTimeOffset ReportedAt { get; set; }

    /// <summary>When an administrator drained it; null = it takes jobs.</summary>
    public DateTimeOffset? DrainedAt { get; set; }

    public static string ToJson(IReadOnlyList<string> names) => JsonSerializer.Serialize(names);

    public static IReadOnlyList<string> NamesOf(string json) => JsonSerializer.Deserialize<List<string>>(json) ?? [];
}
