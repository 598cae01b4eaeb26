namespace PromptCanvas.Cli.Options;

/// <summary>The request cannot be carried out as given; the message is the single line that is printed.</summary>
internal sealed class BadInputException(string message) : Exception(message);
