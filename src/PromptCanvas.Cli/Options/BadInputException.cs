namespace PromptCanvas.Cli.Options;

/// <summary>The person asked for something that cannot be done; the message is the one line they see.</summary>
internal sealed class BadInputException(string message) : Exception(message);
