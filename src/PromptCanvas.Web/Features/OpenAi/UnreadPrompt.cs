using PromptCanvas.Data.Texts;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Tells clients which part of a long prompt the model does not read.</summary>
internal sealed class UnreadPrompt(IEngineProvider engines)
{
    /// <summary>The beginning of the unread part, percent-encoded.</summary>
    public const string Header = "x-promptcanvas-prompt-unread";

    private const int LongestExcerpt = 200;

    /// <summary>The beginning of a prompt that a job can have, up to the end of a word, and the rest.</summary>
    public static (string Kept, string Unread) Divide(string prompt)
    {
        var end = 0;
        var points = 0;
        var word = 0;
        foreach (var point in prompt.EnumerateRunes())
        {
            if (points++ == GenerationRequest.MaximumPromptLength)
            {
                var cut = word > 0 ? word : end;
                return (prompt[..cut], prompt[cut..]);
            }

            word = System.Text.Rune.IsWhiteSpace(point) ? end : word;
            end += point.Utf16SequenceLength;
        }

        return (prompt, "");
    }

    public void Write(ImageRequest request, HttpResponse response)
    {
        var unread = $"{OfModel(request)}{request.PromptRest}".Trim();
        if (unread.Length > 0)
        {
            response.Headers[Header] = Uri.EscapeDataString(TextRules.Cut(unread, LongestExcerpt));
        }
    }

    private string OfModel(ImageRequest request)
    {
        try
        {
            return request.Prompt.Length > 0 && engines.Get(request.Model ?? engines.DefaultModel) is IPromptReader reader ? reader.UnreadPart(request.Prompt) : "";
        }
        catch (ModelException)
        {
            // The job reports the model's fault.
            return "";
        }
    }
}
