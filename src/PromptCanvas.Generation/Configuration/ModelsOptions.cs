using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Generation.Configuration;

/// <summary>Section <c>Models</c>.</summary>
public sealed record ModelsOptions
{
    public const string Section = "Models";

    /// <summary>Every subfolder with a <c>model_index.json</c> is a model; relative to the content root.</summary>
    /// <value>models</value>
    [Required]
    public string Folder { get; init; } = "models";

    /// <summary>The model used when a request names none.</summary>
    /// <value>starter</value>
    [Required]
    public string Default { get; init; } = "starter";
}
