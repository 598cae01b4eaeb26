namespace PromptCanvas.Web.Features.Uploads;

/// <summary>What can be done with a picture that somebody brings along.</summary>
public enum PictureZone
{
    /// <summary>Open it on the Edit page.</summary>
    Edit,

    /// <summary>Make others of the same thing.</summary>
    Vary,

    /// <summary>Take the settings it was made with into the prompt box.</summary>
    Restore,

    /// <summary>Take it as the mask of the picture that is being edited.</summary>
    Mask,
}
