namespace PromptCanvas.Generation.Configuration;

/// <summary>The studio cannot start because the data folder or the database is unusable.</summary>
/// <remarks>The message is one sentence for the operator: the problem and its remedy. The host prints it and exits with code 1.</remarks>
public sealed class StartupException : Exception
{
    public StartupException(string message)
        : base(message)
    {
    }

    public StartupException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
