using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PromptCanvas.Diffusion.Models;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>Stores values derived from a model's weights next to the cached graphs: one small JSON file per value.</summary>
/// <param name="cache">The graphs' folder; null = nothing is kept from one start to the next, only until this one ends.</param>
internal sealed class FactsFolder(string? cache) : IModelFacts
{
    private const int HashCharacters = 16;
    private const long MaximumBytes = 1 << 20;

    private readonly ConcurrentDictionary<string, float[]> known = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public float[]? Find(string name) => known.TryGetValue(name, out var values) ? values : Read(name);

    /// <inheritdoc/>
    public void Keep(string name, float[] values)
    {
        known[name] = values;
        if (cache is not null)
        {
            Write(PathOf(name), values);
        }
    }

    private float[]? Read(string name)
    {
        if (cache is null || new FileInfo(PathOf(name)) is not { Exists: true, Length: <= MaximumBytes } file)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<float[]>(File.ReadAllText(file.FullName));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            // The file is truncated or unreadable: compute the numbers and store them again.
            return null;
        }
    }

    private static void Write(string path, float[] values)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
            File.WriteAllText(unfinished, JsonSerializer.Serialize(values));
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A cache that cannot be written costs the next start the same work again.
        }
    }

    private string PathOf(string name) => Path.Combine(
        cache!, "facts", $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..HashCharacters]}.json");
}
