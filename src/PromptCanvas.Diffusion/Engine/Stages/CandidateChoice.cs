using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Guidance;

namespace PromptCanvas.Diffusion.Engine.Stages;

/// <summary>Keeps the one of several image embeddings that is closest to the text.</summary>
/// <remarks>Source: Ramesh et al. (2022), section 2.2: two samples, and the higher dot product with the text embedding.</remarks>
internal static class CandidateChoice
{
    /// <summary>Offers the embedding of the lane's present round; the lane keeps it when it is the first or the closest so far.</summary>
    public static void Offer(Lane lane, float[] embedding)
    {
        var text = lane.Texts.Prompt.Embedding;
        if (lane.State.Round == 0 || EmbeddingSpace.Cosine(embedding, text) > EmbeddingSpace.Cosine(lane.ImageEmbedding, text))
        {
            lane.ImageEmbedding = embedding;
        }
    }

    /// <summary>Whether to draw another sample.</summary>
    public static bool WantsAnother(Lane lane) => lane.State.Round + 1 < lane.State.Rounds;
}
