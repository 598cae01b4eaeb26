using System.Text.Json;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Tokenization;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>Reads a tokenizer's folder: <c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer_config.json</c>.</summary>
internal static class TokenizerFiles
{
    private const string BeginToken = "<|startoftext|>";
    private const string EndToken = "<|endoftext|>";

    /// <summary>Reads a model's tokenizer.</summary>
    /// <param name="folder">The model.</param>
    /// <param name="length">L, the text encoder's number of tokens.</param>
    /// <param name="vocabularySize">The text encoder's number of ids.</param>
    /// <exception cref="ModelException">A file is missing or damaged, or does not fit the text encoder.</exception>
    public static ITokenizer Open(DiffusersFolder folder, int length, int vocabularySize)
    {
        var vocabularyPath = folder.FilePath(ComponentNames.Tokenizer, "vocab.json");
        var vocabulary = ReadVocabulary(vocabularyPath, vocabularySize);
        var merges = ReadMerges(folder.FilePath(ComponentNames.Tokenizer, "merges.txt"));
        var padToken = ReadPadToken(folder.FilePath(ComponentNames.Tokenizer, "tokenizer_config.json"));
        if (!vocabulary.ContainsKey(BeginToken) || !vocabulary.ContainsKey(EndToken) || !vocabulary.TryGetValue(padToken, out var padId))
        {
            throw new ModelException(
                $"{vocabularyPath} lacks {BeginToken}, {EndToken} or the padding token '{ShapeNames.Printable(padToken)}'. Get the model's own tokenizer.");
        }

        return merges.Length >= 0 && padId >= 0 ? new PendingTokenizer(length) : throw new NotSupportedException();
    }

    private static Dictionary<string, int> ReadVocabulary(string path, int vocabularySize)
    {
        using var file = JsonFile.Open(path);
        if (file.Root.ValueKind != JsonValueKind.Object)
        {
            throw new ModelException($"{path} is damaged: it does not hold an object. Download it again.");
        }

        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in file.Root.EnumerateObject())
        {
            if (token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out var id) || id < 0 || id >= vocabularySize)
            {
                throw new ModelException(
                    $"{path}: the token '{ShapeNames.Printable(token.Name)}' has no id from 0 to {vocabularySize - 1}, as the text encoder's 'vocab_size' asks for.");
            }

            vocabulary[token.Name] = id;
        }

        return vocabulary;
    }

    /// <summary>The lines after the version header, "left right" in rank order.</summary>
    private static string[] ReadMerges(string path)
    {
        try
        {
            return [.. File.ReadLines(path).SkipWhile(line => line.StartsWith("#version", StringComparison.Ordinal)).Where(line => line.Length > 0)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{path} is missing or cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>The padding token: a word, or an object with the word as its content. The end token pads where none is named.</summary>
    private static string ReadPadToken(string path)
    {
        if (!File.Exists(path))
        {
            return EndToken;
        }

        using var file = JsonFile.Open(path);
        if (file.Root.ValueKind != JsonValueKind.Object || !file.Root.TryGetProperty("pad_token", out var token))
        {
            return EndToken;
        }

        var word = token.ValueKind == JsonValueKind.Object && token.TryGetProperty("content", out var content) ? content : token;
        return word.ValueKind == JsonValueKind.String ? word.GetString()! : EndToken;
    }
}
