namespace PromptCanvas.Web.Features.Create;

/// <summary>Writes prompts that the shipped model is good at.</summary>
public interface IPromptIdeas
{
    /// <summary>Another one from press to press.</summary>
    string Next();
}
