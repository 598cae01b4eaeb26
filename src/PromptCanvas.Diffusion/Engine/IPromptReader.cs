namespace PromptCanvas.Diffusion.Engine;

/// <summary>Knows how much of a prompt a model reads.</summary>
public interface IPromptReader
{
    /// <summary>The part of a prompt that does not fit, from the first word that is cut; empty when the model reads all of it.</summary>
    /// <param name="prompt">Anything a person typed.</param>
    string UnreadPart(string prompt);
}
