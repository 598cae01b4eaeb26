using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Generation.Configuration;

/// <summary>Section <c>Models</c>.</summary>
public sealed record ModelsOptions : IValidatableObject
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

    /// <summary>The hub that models are downloaded from; it must speak Hugging Face's protocol.</summary>
    /// <value>https://huggingface.co</value>
    public string Hub { get; init; } = "https://huggingface.co";

    /// <summary>A token of the hub, for models that are not open to everyone; <c>HubToken_FILE</c> names a file with it.</summary>
    /// <value>empty</value>
    [Secret]
    public string HubToken { get; init; } = "";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!(Uri.TryCreate(Hub, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            yield return new ValidationResult("Hub must be an address such as https://huggingface.co.");
        }
    }
}
