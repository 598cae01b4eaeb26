using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Web.HandOver;

/// <summary>Section <c>Drain</c>: how a web node that shares its queue with others hands its open pages over before it stops (SIGTERM).</summary>
internal sealed record DrainOptions
{
    public const string Section = "Drain";

    /// <summary>Seconds between the first answer "not ready" and the first page that moves, and between the last page and the end: the balancer must have checked the node meanwhile.</summary>
    /// <value>3</value>
    [Range(0, 60)]
    public int NoticeSeconds { get; init; } = 3;

    /// <summary>Seconds after which the node stops even if pages are still open. The service manager must wait longer than this.</summary>
    /// <value>20</value>
    [Range(0, 3600)]
    public int Seconds { get; init; } = 20;
}
