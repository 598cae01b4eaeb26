namespace PromptCanvas.ModelHub;

/// <summary>A fault that may be gone at the next attempt: a line that was cut, a busy server.</summary>
/// <param name="message">What happened, in a sentence.</param>
/// <param name="retryAfter">How long the server asked to wait; null = it did not say.</param>
internal sealed class PassingFaultException(string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
