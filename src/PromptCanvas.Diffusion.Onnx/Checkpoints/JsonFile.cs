using System.Text.Json;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>A JSON file of a checkpoint.</summary>
internal sealed class JsonFile : IDisposable
{
    private const long MaximumLength = 100_000_000;

    private static readonly JsonDocumentOptions Tolerant = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private readonly JsonDocument document;

    private JsonFile(JsonDocument document) => this.document = document;

    /// <summary>The whole content.</summary>
    public JsonElement Root => document.RootElement;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelException">It is missing, cannot be read, or is not JSON.</exception>
    public static JsonFile Open(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return stream.Length <= MaximumLength
                ? new JsonFile(JsonDocument.Parse(stream, Tolerant))
                : throw new ModelException($"{path} is too long to be what its name says.");
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelException($"{path} is missing.", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{path} cannot be read: {fault.Message}", fault);
        }
        catch (JsonException fault)
        {
            throw new ModelException($"{path} is damaged: it is not JSON. Download it again.", fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => document.Dispose();
}
