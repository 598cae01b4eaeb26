
namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>Reads the captions of a model's pictures: <c>captions.txt</c> next to <c>model_index.json</c>, one caption or pattern per line.</summary>
internal static class CaptionsFile
{
    /// <summary>The file's name.</summary>
    public const string FileName = "captions.txt";

    private const long MaximumBytes = 1 << 20;

    /// <summary>Reads a model's captions; none without a file.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <exception cref="ModelException">The file cannot be read or is no list.</exception>
    public static IReadOnlyList<string> Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return [];
        }

        if (file.Length > MaximumBytes)
        {
            throw new ModelException($"{path} has {file.Length} bytes; a list of captions has {MaximumBytes} at most.");
        }

        try
        {
            return [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').Distinct(StringComparer.Ordinal)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{path} cannot be read: {fault.Message}", fault);
        }
    }
}
