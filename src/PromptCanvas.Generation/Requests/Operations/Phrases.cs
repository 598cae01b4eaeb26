using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>Checks phrases that stand for a picture.</summary>
internal static class Phrases
{
    public static InvalidInput? Check(string field, string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return new InvalidInput(field, "A text is empty; describe a picture in a few words.");
        }

        return text.Length > GenerationRequest.MaximumPromptLength
            ? new InvalidInput(field, $"A text has {text.Length} characters; at most {GenerationRequest.MaximumPromptLength} are read.")
            : TextChecks.Check(field, text);
    }
}
