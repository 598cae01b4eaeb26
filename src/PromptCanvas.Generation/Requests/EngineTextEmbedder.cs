using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Library;

namespace PromptCanvas.Generation.Requests;

/// <inheritdoc/>
internal sealed class EngineTextEmbedder(IEngineProvider engines) : ITextEmbedder
{
    public async Task<(string Model, float[] Embedding)?> EmbedAsync(string text, CancellationToken cancellationToken)
    {
        var model = engines.DefaultModel;
        return engines.RunsHere && engines.Get(model) is IEmbedder embedder && embedder.ValidateEmbedding([new TextInput(text)]) is null
            ? (model, (await embedder.EmbedAsync([new TextInput(text)], cancellationToken))[0])
            : null;
    }
}
