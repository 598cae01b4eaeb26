namespace PromptCanvas.Imaging.Pixels;

/// <summary>A size that a picture is made to fill.</summary>
/// <param name="Stretch">Whether its proportions change; otherwise the excess is cropped evenly on both sides.</param>
public readonly record struct PictureFit(int Width, int Height, bool Stretch = false);
