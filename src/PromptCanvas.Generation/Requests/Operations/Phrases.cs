using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Requests.Operations;

/// <summary>Checks phrases that stand for a picture.</summary>
internal static class Phrases
{
    public static Result Check(string field, string text) =>
        RequestRules.Text("The text", text) is { } problem ? new InvalidInput(field, problem) : TextChecks.Check(field, text);
}
