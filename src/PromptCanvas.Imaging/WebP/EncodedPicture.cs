namespace PromptCanvas.Imaging.WebP;

/// <summary>A picture's encoded bytes with size and media type.</summary>
public sealed record EncodedPicture(int Width, int Height, string ContentType, ReadOnlyMemory<byte> Bytes)
{
    public const string WebPType = "image/webp";
}
