namespace PromptCanvas.Imaging.Pixels;

/// <summary>The largest picture that is accepted, checked before it is decoded.</summary>
public static class PictureLimits
{
    /// <summary>40 megapixels.</summary>
    public const long MaximumPixels = 40_000_000;

    /// <summary>In pixels.</summary>
    public const int MaximumSide = 8192;

    /// <summary>Whether a picture of this size is accepted.</summary>
    public static bool Accepts(int width, int height) => width <= MaximumSide && height <= MaximumSide && (long)width * height <= MaximumPixels;

    /// <exception cref="PictureFormatException">Larger pictures are not accepted.</exception>
    public static void Check(int width, int height)
    {
        if (!Accepts(width, height))
        {
            throw new PictureFormatException($"The picture has {width} × {height} pixels; at most {MaximumSide} per side and 40 megapixels are accepted.");
        }
    }
}
