using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Generation.Instant;

/// <summary>Finds the captions of a model that match an image embedding. Embeds the captions once per engine.</summary>
internal sealed class PictureCaptions(IEngineProvider engines) : IDisposable
{
    private readonly SemaphoreSlim reading = new(1, 1);
    private readonly Dictionary<string, (IImageEngine Engine, Captioning Captioning)> models = new(StringComparer.Ordinal);

    /// <summary>The best matching captions; empty if the model has no captions, or its engine does not run here.</summary>
    public async Task<IReadOnlyList<RankedCaption>> DescribeAsync(
        IImageEngine engine, string model, float[] embedding, int count, CancellationToken cancellationToken)
    {
        if (engines.EmbedderOf(engine) is not { } embedder || engines.WordsOf(model) is not { Captions: { Count: > 0 } captions })
        {
            return [];
        }

        await reading.WaitAsync(cancellationToken);
        try
        {
            // A new engine instance: the model's files were replaced, so the cached embeddings are stale.
            if (!models.TryGetValue(model, out var held) || !ReferenceEquals(held.Engine, engine))
            {
                held = (engine, new Captioning(embedder, captions));
                models[model] = held;
            }

            return await held.Captioning.DescribeAsync(embedding, count, cancellationToken);
        }
        finally
        {
            reading.Release();
        }
    }

    public void Dispose() => reading.Dispose();
}
