using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Cli.Options;

/// <summary>Reads the picture files named on the command line.</summary>
internal static class PictureInput
{
    // More than the studio's upload limit, because a 40-megapixel PNG of noise is 160 MB.
    private const long MaximumBytes = 200_000_000;

    /// <summary>Reads a picture file and rotates it upright.</summary>
    /// <exception cref="BadInputException">The file does not exist or is not a readable picture.</exception>
    public static RgbImage Picture(string path) => Read(path, PictureDecoder.Decode);

    /// <summary>Reads a file and decodes its bytes.</summary>
    /// <exception cref="BadInputException">The file does not exist or is not a readable picture.</exception>
    public static T Read<T>(string path, Func<byte[], T> decode)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaximumBytes } large)
            {
                throw new BadInputException($"{path} is {large.Length / 1_000_000} MB large: pictures may be up to {MaximumBytes / 1_000_000} MB.");
            }

            return decode(File.ReadAllBytes(path));
        }
        catch (PictureFormatException fault)
        {
            throw new BadInputException($"{path}: {fault.Message}");
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInputException($"There is no file {path}.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path} cannot be read ({fault.Message}).");
        }
    }
}
