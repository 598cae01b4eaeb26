namespace PromptCanvas.Imaging.Pixels;

/// <summary>In what a finished picture is given out.</summary>
public enum PictureFormat
{
    Png,
    Jpeg,
    WebP,
}
