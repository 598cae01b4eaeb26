namespace PromptCanvas.Cli.Output;

/// <summary>What the process answers with.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Fault = 1;
    public const int BadInput = 2;
}

/// <summary>The person asked for something that cannot be done; the message is the one line they see.</summary>
internal sealed class BadInputException(string message) : Exception(message);
