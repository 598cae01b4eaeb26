using PromptCanvas.Cli.Commands;
using PromptCanvas.Cli.Options;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Cli.Output;

/// <summary>Pictures that others are made from, and phrases beside them.</summary>
internal static class SourcePictures
{
    /// <summary>Endings that say that a picture was meant; not all of them can be read.</summary>
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic"];

    /// <summary>Reads a picture.</summary>
    /// <exception cref="BadInputException">There is no such file, or it is no picture.</exception>
    public static SourcePicture Read(string path)
    {
        var picture = PictureInput.Picture(path);
        return new SourcePicture(picture.Width, picture.Height, picture.Bytes);
    }

    /// <summary>A picture where a file has this name or the name ends like one; else a text.</summary>
    public static ConditioningInput ReadInput(string argument) => IsPicture(argument)
        ? new ImageInput(Read(argument))
        : new TextInput(argument);

    private static bool IsPicture(string argument) =>
        File.Exists(argument) || Endings.Contains(Path.GetExtension(argument), StringComparer.OrdinalIgnoreCase);
}
