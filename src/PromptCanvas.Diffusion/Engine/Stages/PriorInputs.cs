using PromptCanvas.Diffusion.Engine.Conditioning;
using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Engine.Stages;

/// <summary>The texts of the lanes as every prior sees them: [unconditional; conditional] where a lane is guided, else its prompt.</summary>
internal sealed class PriorInputs(UnClipModel model)
{
    /// <summary>The text inputs of a batch.</summary>
    public Dictionary<string, NetworkTensor> Gather(IReadOnlyList<Lane> lanes, int rows)
    {
        var width = model.Prior.EmbeddingSize;
        var length = model.Tokenizer.Length;
        var embeddings = new float[rows * width];
        var states = new float[rows * length * width];
        var masks = new long[rows * length];
        var row = 0;
        foreach (var lane in lanes)
        {
            if (lane.State.IsGuided)
            {
                Write(lane.Texts.Negative);
            }

            Write(lane.State.IsNegative ? lane.Texts.Negative : lane.Texts.Prompt);
        }

        return new Dictionary<string, NetworkTensor>
        {
            [NetworkNames.ProjEmbedding] = NetworkTensor.Float32(embeddings, rows, width),
            [NetworkNames.EncoderHiddenStates] = NetworkTensor.Float32(states, rows, length, width),
            [NetworkNames.AttentionMask] = NetworkTensor.Int64(masks, rows, length),
        };

        void Write(EncodedText text)
        {
            text.Embedding.CopyTo(embeddings, row * width);
            text.States.CopyTo(states, row * length * width);
            text.Mask.CopyTo(masks, row * length);
            row++;
        }
    }
}
