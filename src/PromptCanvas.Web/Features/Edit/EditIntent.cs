namespace PromptCanvas.Web.Features.Edit;

/// <summary>The operation chosen on the Edit page; its name in lower case is the job kind.</summary>
public enum EditIntent
{
    /// <summary>Repaint the masked area from a prompt.</summary>
    Edit,

    /// <summary>Remove the masked content.</summary>
    Erase,

    /// <summary>Extend the picture beyond its edges.</summary>
    Extend,
}
