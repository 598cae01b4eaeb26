namespace PromptCanvas.Imaging.Pixels;

/// <summary>Bytes cannot be read as a picture. The message is one sentence for the person who sent them.</summary>
public sealed class PictureFormatException : Exception
{
    public PictureFormatException(string message)
        : base(message)
    {
    }

    public PictureFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
