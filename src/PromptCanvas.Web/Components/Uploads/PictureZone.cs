namespace PromptCanvas.Web.Components.Uploads;

/// <summary>The actions for an uploaded picture.</summary>
public enum PictureZone
{
    /// <summary>Open it on the Edit page.</summary>
    Edit,

    /// <summary>Make variations of it.</summary>
    Vary,

    /// <summary>Restore its settings in the prompt box.</summary>
    Restore,

    /// <summary>Use it as the mask of the picture on the Edit page.</summary>
    Mask,
}
