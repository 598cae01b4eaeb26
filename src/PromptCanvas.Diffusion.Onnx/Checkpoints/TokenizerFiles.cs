using System.Text.Json;
using PromptCanvas.Diffusion.Tokenization;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>Reads a tokenizer's folder: <c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer_config.json</c>.</summary>
internal static class TokenizerFiles
{
    /// <summary>Reads a model's tokenizer.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="length">L, the text encoder's number of tokens.</param>
    /// <param name="vocabularySize">The text encoder's number of ids.</param>
    /// <param name="component">The tokenizer's folder name.</param>
    /// <exception cref="ModelException">A file is missing or damaged, or does not fit the text encoder.</exception>
    public static ITokenizer Open(DiffusersFolder folder, int length, int vocabularySize, string component = ComponentNames.Tokenizer)
    {
        var vocabularyPath = folder.FilePath(component, "vocab.json");
        var mergesPath = folder.FilePath(component, "merges.txt");
        CheckIds(vocabularyPath, vocabularySize);
        var options = ReadOptions(folder.FilePath(component, "tokenizer_config.json"), length);
        try
        {
            using var vocabulary = File.OpenRead(vocabularyPath);
            using var merges = new StreamReader(mergesPath);
            return ClipTokenizer.Create(vocabulary, merges, options);
        }
        catch (FileNotFoundException fault)
        {
            throw new ModelException($"{fault.FileName} is missing.", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{mergesPath} cannot be read: {fault.Message}", fault);
        }
        catch (ModelException fault)
        {
            throw new ModelException($"{Path.GetDirectoryName(vocabularyPath)}: {fault.Message}", fault);
        }
    }

    /// <summary>An id that the text encoder has no row for would stop a run in its middle.</summary>
    private static void CheckIds(string path, int vocabularySize)
    {
        using var file = JsonFile.Open(path);
        if (file.Root.ValueKind != JsonValueKind.Object)
        {
            throw new ModelException($"{path} is damaged: it does not hold an object. Download it again.");
        }

        foreach (var token in file.Root.EnumerateObject())
        {
            if (token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out var id) || id < 0 || id >= vocabularySize)
            {
                throw new ModelException(
                    $"{path}: the token '{ShapeNames.Printable(token.Name)}' has no id from 0 to {vocabularySize - 1}, "
                    + "as the text encoder's 'vocab_size' asks for.");
            }
        }
    }

    private static ClipTokenizerOptions ReadOptions(string path, int length)
    {
        var defaults = new ClipTokenizerOptions { Length = length };
        if (!File.Exists(path))
        {
            return defaults;
        }

        using var file = JsonFile.Open(path);
        return defaults with
        {
            BeginToken = ReadToken(file.Root, "bos_token") ?? defaults.BeginToken,
            EndToken = ReadToken(file.Root, "eos_token") ?? defaults.EndToken,
            PadToken = ReadToken(file.Root, "pad_token"),
        };
    }

    /// <summary>A special token: a word, or an object with the word as its content.</summary>
    private static string? ReadToken(JsonElement root, string key)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(key, out var token))
        {
            return null;
        }

        var word = token.ValueKind == JsonValueKind.Object && token.TryGetProperty("content", out var content) ? content : token;
        return word.ValueKind == JsonValueKind.String ? word.GetString() : null;
    }
}
