using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Generation.Instant;

/// <summary>What image embeddings say, in each model's own captions. Texts are embedded once, for all who ask.</summary>
internal sealed class PictureCaptions(IEngineProvider engines) : IDisposable
{
    private readonly SemaphoreSlim reading = new(1, 1);
    private readonly Dictionary<string, (IImageEngine Engine, Captioning Captioning)> models = new(StringComparer.Ordinal);

    /// <summary>The captions that fit best; none where the model brings none.</summary>
    public async Task<IReadOnlyList<RankedCaption>> DescribeAsync(
        IImageEngine engine, string model, float[] embedding, int count, CancellationToken cancellationToken)
    {
        if (engine is not IEmbedder embedder || engines.WordsOf(model) is not { Captions: { Count: > 0 } captions })
        {
            return [];
        }

        await reading.WaitAsync(cancellationToken);
        try
        {
            // Another engine: the model's files were replaced, and what was embedded is of no use.
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
