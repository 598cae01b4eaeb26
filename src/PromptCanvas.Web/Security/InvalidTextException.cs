using PromptCanvas.Generation.Results;

namespace PromptCanvas.Web.Security;

/// <summary>A request contains something that is not text; the answer names its field.</summary>
internal sealed class InvalidTextException(Refusal refusal) : BadHttpRequestException(refusal.Message)
{
    public Refusal Refusal { get; } = refusal;
}
