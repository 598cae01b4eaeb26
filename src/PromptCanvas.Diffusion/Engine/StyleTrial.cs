using PromptCanvas.Diffusion.Guidance;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>A caption as a prompt that a style has not seen: with the direction and the pictures that are left without those of the same caption.</summary>
internal sealed record StyleTrial(StyleCaption Caption, float[] Direction, IReadOnlyList<float[]> Board)
{
    /// <summary>The mean cosine of a picture to the style's other pictures.</summary>
    public double ToBoard(float[] picture) => Board.Average(other => EmbeddingSpace.Cosine(other, picture));

    /// <summary>A trial for each of the first captions; the different ones first.</summary>
    /// <param name="pictures">The image embeddings of the style's pictures.</param>
    /// <param name="captions">The caption of each.</param>
    /// <param name="most">The most trials.</param>
    /// <remarks>If all pictures have the same caption, none is left out.</remarks>
    public static IReadOnlyList<StyleTrial> Of(IReadOnlyList<float[]> pictures, IReadOnlyList<StyleCaption> captions, int most)
    {
        var groups = captions.GroupBy(caption => caption.Text, StringComparer.Ordinal).ToList();
        var chosen = groups.SelectMany(group => group.Index()).OrderBy(entry => entry.Index).Select(entry => entry.Item).Take(most);
        return [.. chosen.Select(caption =>
        {
            var kept = Enumerable.Range(0, captions.Count).Where(index => groups.Count == 1 || captions[index].Text != caption.Text).ToList();
            var board = kept.ConvertAll(index => pictures[index]);
            return new StyleTrial(caption, StyleSpace.Direction(board, kept.ConvertAll(index => captions[index].Embedding)), board);
        })];
    }
}
