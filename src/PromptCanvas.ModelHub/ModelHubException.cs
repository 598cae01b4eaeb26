namespace PromptCanvas.ModelHub;

/// <summary>A download that cannot go on; the message says why and what to do.</summary>
public sealed class ModelHubException(string message, Exception? inner = null) : Exception(message, inner);
