using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>Checks of texts that people write.</summary>
internal static class TextChecks
{
    /// <summary>Checks a phrase that stands for a picture.</summary>
    public static InvalidInput? CheckText(string field, string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return new InvalidInput(field, "A text is empty; describe a picture in a few words.");
        }

        return text.Length > GenerationRequest.MaximumPromptLength
            ? new InvalidInput(field, $"A text has {text.Length} characters; at most {GenerationRequest.MaximumPromptLength} are read.")
            : CheckNul(field, text);
    }

    // PostgreSQL cannot store NUL, and tokenizers do not use it.
    public static InvalidInput? CheckNul(string field, string? text) => text?.Contains('\0') == true
        ? new InvalidInput(field, "The request contains a NUL character; remove it.")
        : null;
}
