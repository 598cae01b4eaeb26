using PromptCanvas.Cli.Options;
using PromptCanvas.Data.Texts;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Cli.Output;

/// <summary>Reads input pictures, and inputs that are pictures or texts.</summary>
internal static class SourcePictures
{
    /// <summary>Extensions that mark an input as a picture; not all of them can be read.</summary>
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic"];

    /// <summary>Reads a picture.</summary>
    /// <exception cref="BadInputException">The file does not exist or is not a picture.</exception>
    public static SourcePicture Read(string path)
    {
        var picture = PictureInput.Picture(path);
        return new SourcePicture(picture.Width, picture.Height, picture.Bytes);
    }

    /// <summary>A picture if a file has this name or the name ends in an image extension; otherwise a text.</summary>
    public static ConditioningInput ReadInput(string argument) => IsPicture(argument)
        ? new ImageInput(Read(argument))
        : new TextInput(TextRules.Normalize(argument));

    private static bool IsPicture(string argument) =>
        File.Exists(argument) || Endings.Contains(Path.GetExtension(argument), StringComparer.OrdinalIgnoreCase);
}
