using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Web.Security;

/// <summary>Section <c>Lines</c>: connections that stay open, which are open pages, hub connections and event streams of jobs.</summary>
internal sealed record LineOptions
{
    public const string Section = "Lines";

    /// <summary>Open connections of one person.</summary>
    /// <value>60</value>
    [Range(1, 1_000_000)]
    public int PerPerson { get; init; } = 60;

    /// <summary>Open connections from one address; a team may share one.</summary>
    /// <value>600</value>
    [Range(1, 1_000_000)]
    public int PerAddress { get; init; } = 600;

    /// <summary>Streams over the hub connections of one person.</summary>
    /// <value>60</value>
    [Range(1, 1_000_000)]
    public int StreamsPerPerson { get; init; } = 60;

    /// <summary>Streams over the hub connections from one address.</summary>
    /// <value>600</value>
    [Range(1, 1_000_000)]
    public int StreamsPerAddress { get; init; } = 600;
}
