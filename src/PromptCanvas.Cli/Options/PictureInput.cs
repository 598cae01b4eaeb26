using PromptCanvas.Cli.Output;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Cli.Options;

/// <summary>Reads the picture files a person names.</summary>
internal static class PictureInput
{
    // What the studio accepts as an upload would be less; a 40-megapixel PNG of noise is 160 MB.
    private const long MaximumBytes = 200_000_000;

    /// <summary>The picture of a file, upright.</summary>
    /// <exception cref="BadInputException">There is no such file, or it is no picture we read.</exception>
    public static RgbImage Picture(string path) => Read(path, PictureDecoder.Decode);

    /// <summary>Reads a file and makes something of its bytes.</summary>
    /// <exception cref="BadInputException">There is no such file, or it is no picture we read.</exception>
    public static T Read<T>(string path, Func<byte[], T> decode)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaximumBytes } large)
            {
                throw new BadInputException($"{path} has {large.Length / 1_000_000} MB: pictures may have {MaximumBytes / 1_000_000} MB at most.");
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
