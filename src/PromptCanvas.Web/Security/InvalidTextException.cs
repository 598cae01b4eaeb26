namespace PromptCanvas.Web.Security;

/// <summary>A request contains invalid text; the response names its field.</summary>
internal sealed class InvalidTextException(Refusal refusal) : BadHttpRequestException(refusal.Message)
{
    public Refusal Refusal { get; } = refusal;
}
