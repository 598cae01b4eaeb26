namespace PromptCanvas.Provenance;

/// <summary>A file or its manifest that cannot be read; the message says what is wrong with it.</summary>
public sealed class ProvenanceException : Exception
{
    public ProvenanceException()
    {
    }

    public ProvenanceException(string message)
        : base(message)
    {
    }

    public ProvenanceException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
