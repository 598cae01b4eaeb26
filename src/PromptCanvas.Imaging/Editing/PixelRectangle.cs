namespace PromptCanvas.Imaging.Editing;

/// <summary>A rectangle of pixels; may reach outside the picture it is meant for.</summary>
public readonly record struct PixelRectangle(int Left, int Top, int Width, int Height)
{
    /// <summary>The first column that is no longer inside.</summary>
    public int Right => Left + Width;

    /// <summary>The first row that is no longer inside.</summary>
    public int Bottom => Top + Height;

    public bool Contains(PixelRectangle other) =>
        other.Left >= Left && other.Top >= Top && other.Right <= Right && other.Bottom <= Bottom;
}
