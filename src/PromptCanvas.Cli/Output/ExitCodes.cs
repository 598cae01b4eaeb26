namespace PromptCanvas.Cli.Output;

/// <summary>The exit codes of the process.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Fault = 1;
    public const int BadInput = 2;
}
