namespace PromptCanvas.Imaging.Pixels;

/// <summary>A size that a picture is made to fill: enlarged or reduced, with what is too wide or too high cut off evenly on both sides.</summary>
public readonly record struct PictureFit(int Width, int Height);
