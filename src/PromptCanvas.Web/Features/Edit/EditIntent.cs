namespace PromptCanvas.Web.Features.Edit;

/// <summary>What a person wants of a picture; its name in lower case is the kind of the job.</summary>
public enum EditIntent
{
    /// <summary>Paint what is under the mask anew, as a prompt says.</summary>
    Edit,

    /// <summary>Take what is under the mask away.</summary>
    Erase,

    /// <summary>Paint on over the edges.</summary>
    Extend,
}
