using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Web.Security;

/// <summary>Section <c>Tls</c>: headers for browsers that connect over TLS.</summary>
internal sealed record TlsOptions
{
    public const string Section = "Tls";

    /// <summary>Days for which browsers use this host over TLS only (HSTS), counted from each answer; 0 = no HSTS.</summary>
    /// <value>30</value>
    [Range(0, 730)]
    public int HstsDays { get; init; } = 30;
}
