namespace PromptCanvas.Web.Features.Create;

/// <summary>Writes prompts that the shipped model is good at.</summary>
public interface IPromptIdeas
{
    /// <summary>Returns a new random prompt on every call.</summary>
    string Next();
}
