using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Web.Security;

/// <summary>Section <c>RateLimits</c>.</summary>
internal sealed record RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>Attempts to sign in to one account from one address in a minute.</summary>
    /// <value>10</value>
    [Range(1, 1_000_000)]
    public int SignInPerMinute { get; init; } = 10;

    /// <summary>Requests that change something, by one person in a minute.</summary>
    /// <value>60</value>
    [Range(1, 1_000_000)]
    public int WritesPerMinute { get; init; } = 60;

    /// <summary>Of those, how many in one second; more of them wait.</summary>
    /// <value>5</value>
    [Range(1, 1_000_000)]
    public int WritesPerSecond { get; init; } = 5;

    /// <summary>Requests that only read, by one person in a minute. Pictures' bytes do not count: a page shows dozens.</summary>
    /// <value>1200</value>
    [Range(1, 1_000_000)]
    public int ReadsPerMinute { get; init; } = 1200;

    /// <summary>Sketches drawn for one person in a minute: small pictures that are kept nowhere, free of charge.</summary>
    /// <value>300</value>
    [Range(1, 1_000_000)]
    public int SketchesPerMinute { get; init; } = 300;
}
