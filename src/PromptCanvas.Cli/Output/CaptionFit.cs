using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Cli.Output;

/// <summary>Measures how well pictures match a caption, by the model's own CLIP.</summary>
internal static class CaptionFit
{
    /// <summary>The cosine of each picture's embedding to the caption's, in the order of the pictures.</summary>
    public static async Task<double[]> OfAsync(
        IEmbedder embedder, string caption, IEnumerable<SignedImage> pictures, CancellationToken cancellationToken)
    {
        ConditioningInput[] inputs =
        [
            new TextInput(caption),
            .. pictures.Select(picture => new ImageInput(picture.ToSource())),
        ];
        var embeddings = await embedder.EmbedAsync(inputs, cancellationToken).ConfigureAwait(false);
        return [.. embeddings.Skip(1).Select(embedding => EmbeddingSpace.Cosine(embedding, embeddings[0]))];
    }
}
