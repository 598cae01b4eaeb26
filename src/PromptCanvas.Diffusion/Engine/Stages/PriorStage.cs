using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Engine.Stages;

/// <summary>Text → CLIP image embedding.</summary>
internal sealed class PriorStage(UnClipModel model, INoiseSource noise) : Stage(GenerationStage.Prior, noise)
{
    private readonly PriorComponent prior = model.Prior;

    public override int ImageSize => 0;

    public override double WorkPerRow => model.Tokenizer.Length;

    public override void Enter(Lane lane, CancellationToken cancellationToken)
    {
        var initialNoise = new float[prior.EmbeddingSize];
        FillNoise(initialNoise, lane.Seed, INoiseSource.InitialNoise);
        lane.State = Begin(lane.Request.Plan.Prior, prior.Scheduler, initialNoise, initialNoise.Length);
    }

    public override INetwork NetworkOf(Lane lane) => prior.Network;

    public override NetworkTensor Predict(IReadOnlyList<Lane> lanes, int rows, CancellationToken cancellationToken)
    {
        var width = prior.EmbeddingSize;
        var length = model.Tokenizer.Length;
        var embeddings = Buffer("embeddings", rows * width);
        var states = Buffer("states", rows * length * width);
        var masks = new long[rows * length];
        var row = 0;
        foreach (var lane in lanes)
        {
            var texts = lane.Request.Texts!;
            if (lane.State.IsGuided)
            {
                Write(texts.Negative);
            }

            Write(texts.Prompt);
        }

        var outputs = prior.Network.Run(
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.HiddenStates] = NetworkTensor.Float32(GatherInputs(lanes, rows), rows, width),
                [NetworkNames.Timestep] = Timesteps(lanes, rows),
                [NetworkNames.ProjEmbedding] = NetworkTensor.Float32(embeddings, rows, width),
                [NetworkNames.EncoderHiddenStates] = NetworkTensor.Float32(states, rows, length, width),
                [NetworkNames.AttentionMask] = NetworkTensor.Int64(masks, rows, length),
            },
            cancellationToken);
        return outputs[NetworkNames.PredictedImageEmbedding];

        void Write(EncodedText text)
        {
            text.Embedding.CopyTo(embeddings, row * width);
            text.States.CopyTo(states, row * length * width);
            text.Mask.CopyTo(masks, row * length);
            row++;
        }
    }

    public override SignedImage? PredictedImage(Lane lane) => null;

    public override void Leave(Lane lane)
    {
        var normalised = lane.State.Noisy;
        var embedding = new float[normalised.Length];
        for (var index = 0; index < embedding.Length; index++)
        {
            embedding[index] = (normalised[index] * prior.StandardDeviation[index]) + prior.Mean[index];
        }

        lane.ImageEmbedding = embedding;
    }
}
