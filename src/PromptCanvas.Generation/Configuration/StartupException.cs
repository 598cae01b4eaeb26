namespace PromptCanvas.Generation.Configuration;

/// <summary>The studio cannot start: the data folder or the database is not usable.</summary>
/// <remarks>The message is one sentence for whoever starts it: what is wrong and what to do. The host prints it and exits 1.</remarks>
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
