using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Cli.Output;

/// <summary>Pictures a person names on the command line.</summary>
internal static class SourcePictures
{
    private const long MaximumBytes = 200L << 20;

    /// <summary>Endings that say that a picture was meant; not all of them can be read.</summary>
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic"];

    /// <summary>Reads a picture.</summary>
    /// <exception cref="BadInputException">There is no such file, or it is no picture.</exception>
    public static SourcePicture Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                throw new BadInputException($"There is no picture {path}.");
            }

            if (file.Length > MaximumBytes)
            {
                throw new BadInputException($"{path} has {file.Length >> 20} MB: give a picture of at most {MaximumBytes >> 20}.");
            }

            var decoded = PictureDecoder.Decode(File.ReadAllBytes(path));
            return new SourcePicture(decoded.Width, decoded.Height, decoded.Bytes);
        }
        catch (PictureFormatException fault)
        {
            throw new BadInputException($"{path}: {fault.Message}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path} cannot be read: {fault.Message}");
        }
    }

    /// <summary>A picture where a file has this name or the name ends like one; else a text.</summary>
    public static ConditioningInput ReadInput(string argument) => IsPicture(argument)
        ? new PictureInput(Read(argument))
        : new TextInput(argument);

    private static bool IsPicture(string argument) =>
        File.Exists(argument) || Endings.Contains(Path.GetExtension(argument), StringComparer.OrdinalIgnoreCase);
}
