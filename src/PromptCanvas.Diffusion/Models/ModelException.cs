namespace PromptCanvas.Diffusion.Models;

/// <summary>A model cannot be used: it is missing, damaged, or of a kind this engine does not know.</summary>
/// <remarks>The message is one sentence for the person who installed the model: which file, what is wrong, what to do.</remarks>
public sealed class ModelException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which file, what is wrong, what to do.</param>
    public ModelException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the fault behind it.</summary>
    /// <param name="message">Which file, what is wrong, what to do.</param>
    /// <param name="innerException">The fault behind it.</param>
    public ModelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
