namespace PromptCanvas.Imaging.Pixels;

/// <summary>Why an AVIF file is not decoded.</summary>
internal static class AvifFault
{
    public static PictureFormatException Damaged() => new("The AVIF file is damaged, or of a kind that is not read. Save it as JPEG or PNG.");
}
