using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Instant;

/// <summary>Image embeddings of pictures and phrases, cached: while a control is moved only the decoder runs.</summary>
internal sealed class InstantEmbeddings(IEngineProvider engines, StoredPictures pictures, EmbeddingCache embeddings)
{
    // The engine returns a phrase's embedding only together with a picture. That picture is discarded, so use the fewest steps.
    private const int FewestSteps = 2;

    /// <summary>A picture's embedding, or the picture where the engine has to embed it itself or reports the problem.</summary>
    /// <param name="hash">The picture's content hash.</param>
    /// <exception cref="Imaging.Pixels.PictureFormatException">The picture is missing or damaged.</exception>
    public async Task<ConditioningInput> PictureAsync(IImageEngine engine, string hash, CancellationToken cancellationToken)
    {
        var key = new EmbeddingCache.Key(engine, hash, null, 0);
        if (embeddings.Find(key) is { } before)
        {
            return new EmbeddingInput(before);
        }

        var picture = await pictures.ReadAsync(hash, cancellationToken);
        var input = new ImageInput(new SourcePicture(picture.Width, picture.Height, picture.Bytes));
        if (engines.EmbedderOf(engine, input) is not { } embedder)
        {
            return input;
        }

        var embedding = (await embedder.EmbedAsync([input], cancellationToken))[0];
        embeddings.Keep(key, embedding);
        return new EmbeddingInput(embedding);
    }

    /// <summary>The embedding that the prior gives for a phrase with a seed, the same as in a job; null if the engine refuses the phrase.</summary>
    /// <param name="person">The requester, for the engine's fair shares.</param>
    /// <param name="phrase">The phrase, with a negative prompt if the job has one.</param>
    public async Task<float[]?> PhraseAsync(IImageEngine engine, Guid person, Phrase phrase, CancellationToken cancellationToken)
    {
        var key = new EmbeddingCache.Key(engine, null, phrase.Key, phrase.Seed);
        if (embeddings.Find(key) is { } before)
        {
            return before;
        }

        var request = new GenerationRequest
        {
            Prompt = phrase.Text,
            NegativePrompt = phrase.Negative,
            Seed = phrase.Seed,
            Count = 1,
            Size = BlendPreviewDrawing.Size,
            Person = person.ToString(),
            Overrides = new RecipeOverrides { DecoderSteps = FewestSteps },
            PreviewsWanted = _ => false,
        };
        if (!(await BlendPreviewDrawing.DrawAsync(engine, request, cancellationToken)).TryGet(out var drawn, out _))
        {
            return null;
        }

        embeddings.Keep(key, drawn.ImageEmbedding);
        return drawn.ImageEmbedding;
    }
}

/// <summary>A phrase for the prior.</summary>
/// <param name="Negative">The negative prompt; null = none.</param>
internal sealed record Phrase(string Text, uint Seed, string? Negative = null)
{
    // No text contains a zero character.
    public string Key => Negative is null ? Text : $"{Text}\0{Negative}";
}
