using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Library;

namespace PromptCanvas.Generation.Requests;

/// <inheritdoc/>
internal sealed class EngineTextEmbedder(IEngineProvider engines) : ITextEmbedder
{
    public async Task<(string Model, float[] Embedding)?> EmbedAsync(string text, CancellationToken cancellationToken)
    {
        var model = engines.DefaultModel;
        var input = new TextInput(text);
        return engines.EmbedderOf(model, input) is { } embedder ? (model, (await embedder.EmbedAsync([input], cancellationToken))[0]) : null;
    }
}
