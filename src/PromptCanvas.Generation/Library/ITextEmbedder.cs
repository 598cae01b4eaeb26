namespace PromptCanvas.Generation.Library;

/// <summary>Embeds search texts with the installation's default model.</summary>
internal interface ITextEmbedder
{
    /// <returns>The model and the text's CLIP embedding, E values; null when the model has no CLIP encoder or cannot read the text.</returns>
    Task<(string Model, float[] Embedding)?> EmbedAsync(string text, CancellationToken cancellationToken);
}
