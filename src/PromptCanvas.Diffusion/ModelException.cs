namespace PromptCanvas.Diffusion;

/// <summary>A model cannot be used: it is missing, damaged, or of a kind this engine does not know.</summary>
/// <remarks>The message is one sentence for the person who installed the model: the file, the fault and its remedy.</remarks>
public sealed class ModelException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">The file, the fault and its remedy.</param>
    public ModelException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the fault behind it.</summary>
    /// <param name="message">The file, the fault and its remedy.</param>
    /// <param name="innerException">The fault behind it.</param>
    public ModelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
