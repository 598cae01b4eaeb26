using System.ComponentModel.DataAnnotations;

using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Web.Security;

/// <summary>Section <c>RateLimits</c>.</summary>
internal sealed record RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>Sign-in attempts per account and address per minute.</summary>
    /// <value>10</value>
    [Range(1, 1_000_000)]
    [RuntimeSetting]
    public int SignInPerMinute { get; init; } = 10;

    /// <summary>Requests that change data, per person and minute.</summary>
    /// <value>60</value>
    [Range(1, 1_000_000)]
    [RuntimeSetting]
    public int WritesPerMinute { get; init; } = 60;

    /// <summary>Requests that change data, per person and second; requests above this limit are queued.</summary>
    /// <value>5</value>
    [Range(1, 1_000_000)]
    [RuntimeSetting]
    public int WritesPerSecond { get; init; } = 5;

    /// <summary>Read-only requests, per person and minute. Picture bytes do not count, because a page shows dozens of pictures.</summary>
    /// <value>1200</value>
    [Range(1, 1_000_000)]
    [RuntimeSetting]
    public int ReadsPerMinute { get; init; } = 1200;

    /// <summary>Requests to share links and signed picture addresses, per address and minute. A shared board's page loads a thumbnail for each picture.</summary>
    /// <value>1200</value>
    [Range(1, 1_000_000)]
    [RuntimeSetting]
    public int LinksPerMinute { get; init; } = 1200;

    /// <summary>Refused requests that the audit log records one by one, per person and minute; one more row counts the rest.</summary>
    /// <value>20</value>
    [Range(1, 1_000_000)]
    [RuntimeSetting]
    public int AuditedRefusalsPerMinute { get; init; } = 20;

    /// <summary>Blend previews per person and minute: small pictures that are not stored and cost no credits.</summary>
    /// <value>300</value>
    [Range(1, 1_000_000)]
    [RuntimeSetting]
    public int SketchesPerMinute { get; init; } = 300;
}
