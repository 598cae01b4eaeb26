namespace PromptCanvas.Imaging.Pixels;

/// <summary>Download format of a finished picture.</summary>
public enum PictureFormat
{
    Png,
    Jpeg,
    WebP,
}
