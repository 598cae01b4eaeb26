namespace PromptCanvas.Imaging.Editing;

/// <summary>A rectangle in pixels; may extend outside its picture.</summary>
public readonly record struct PixelRectangle(int Left, int Top, int Width, int Height)
{
    /// <summary>Exclusive right edge.</summary>
    public int Right => Left + Width;

    /// <summary>Exclusive bottom edge.</summary>
    public int Bottom => Top + Height;
}
