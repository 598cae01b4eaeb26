namespace PromptCanvas.Cli.Output;

/// <summary>What the process answers with.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Fault = 1;
    public const int BadInput = 2;
}
