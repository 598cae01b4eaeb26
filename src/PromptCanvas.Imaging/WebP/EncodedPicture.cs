namespace PromptCanvas.Imaging.WebP;

/// <summary>A picture as its bytes travel.</summary>
public sealed record EncodedPicture(int Width, int Height, string ContentType, ReadOnlyMemory<byte> Bytes)
{
    public const string WebPType = "image/webp";
}
