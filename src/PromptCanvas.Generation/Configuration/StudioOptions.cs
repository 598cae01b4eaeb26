using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Generation.Configuration;

/// <summary>The roles of a process.</summary>
[Flags]
public enum StudioRoles
{
    /// <summary>Serves pages, the hub and the API.</summary>
    Web = 1,

    /// <summary>Makes pictures.</summary>
    Worker = 2,
}

/// <summary>Section <c>Studio</c>.</summary>
public sealed record StudioOptions
{
    public const string Section = "Studio";

    /// <summary>The roles of this process: Web serves pages and the API and loads no weights, Worker makes pictures and answers only health checks and metrics.</summary>
    /// <value>Web, Worker</value>
    [AllowedValues(StudioRoles.Web, StudioRoles.Worker, StudioRoles.Web | StudioRoles.Worker, ErrorMessage = "Roles must be Web, Worker or both: Web,Worker.")]
    public StudioRoles Roles { get; init; } = StudioRoles.Web | StudioRoles.Worker;

    /// <summary>The name of this process on the page of machines and in the details of its jobs.</summary>
    /// <value>empty: the name of the host</value>
    [RegularExpression("[A-Za-z0-9._-]{0,60}", ErrorMessage = "Node takes up to 60 letters, digits, dots, hyphens and underscores.")]
    public string Node { get; init; } = "";

    /// <summary>Whether this process serves pages and the API.</summary>
    public bool IsWeb => Roles.HasFlag(StudioRoles.Web);

    /// <summary>Whether this process makes pictures.</summary>
    public bool IsWorker => Roles.HasFlag(StudioRoles.Worker);
}
