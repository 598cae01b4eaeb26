namespace PromptCanvas.Imaging.Pixels;

/// <summary>Bytes that should be a picture are not one we read. The message is one sentence for the person who sent them.</summary>
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
